import { inspect } from 'node:util';
import { expect, test } from '@jest/globals';
import { type Redacted, redact, reveal } from '../../../shared/redacted.ts';

test.each([
  { form: 'String()', print: (token: Redacted) => String(token) },
  { form: 'a template', print: (token: Redacted) => `${token}` },
  { form: 'JSON.stringify()', print: (token: Redacted) => JSON.stringify({ token }) },
  { form: 'util.inspect()', print: (token: Redacted) => inspect({ token }) },
  { form: 'join()', print: (token: Redacted) => [token].join() },
])('$form prints a placeholder', ({ print }) => {
  const printed = print(redact('canary'));
  expect(printed).toContain('[redacted]');
  expect(printed).not.toContain('canary');
});

test('a copy has no property with the text', () => {
  expect(Object.values({ ...redact('canary') }).join()).not.toContain('canary');
});

test('reveal returns the text', () => {
  expect(reveal(redact('canary'))).toBe('canary');
});

test('reveal throws for a value that redact did not create', () => {
  expect(() => reveal({} as Redacted)).toThrow('not created by redact()');
});

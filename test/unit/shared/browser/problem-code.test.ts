import { expect, test } from '@jest/globals';
import { problemMessages } from '../../../../client-app/auth/problem-messages.ts';
import { problems } from '../../../../shared/api-error.ts';
import { isProblemCode } from '../../../../shared/browser/problem-code.ts';

test.each(Object.keys(problems))('knows the API problem %s', (code) => {
  expect(isProblemCode(code)).toBe(true);
});

test('knows one code that the APIs do not have', () => {
  const clientCodes = Object.keys(problemMessages).filter((code) => !Object.hasOwn(problems, code));
  expect(clientCodes).toEqual(['unreachable']);
});

test.each([
  { value: 'toString' },
  { value: '__proto__' },
  { value: '' },
  { value: 'Blocked' },
  { value: undefined },
  { value: null },
  { value: 403 },
  { value: {} },
])('does not accept $value as a code', ({ value }) => {
  expect(isProblemCode(value)).toBe(false);
});

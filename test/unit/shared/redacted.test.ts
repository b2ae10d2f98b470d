import { inspect } from 'node:util';
import { expect, test } from '@jest/globals';
import { reveal, type Redacted, redact } from '../../../shared/redacted.ts';

test('a sealed value prints, joins and serialises as [redacted], and opens only by name', () => {
  const sealed = redact('canary');
  expect(
    [
      String(sealed),
      `${sealed}`,
      JSON.stringify({ sealed }),
      inspect({ sealed }),
      [sealed].join(),
    ].join(),
  ).not.toContain('canary');
  expect(Object.values({ ...sealed }).join()).not.toContain('canary');
  expect(reveal(sealed)).toBe('canary');
  expect(() => reveal({} as Redacted)).toThrow('not created by redact');
});

import { expect, test } from '@jest/globals';
import { readId } from '../../../original-api/parameters.ts';

test.each(['a', 'a.b', '...', '.a', 'a.', '-_.', 'x.'.repeat(32)])('the id %s is a name', (id) => {
  expect(readId({ params: { id } })).toBe(id);
});

test.each(['', '.', '..', 'a/b', '../b', 'a b', '%2e%2e', 'a\n', 'x'.repeat(65)])(
  'the id %j is none, and leads nowhere else',
  (id) => {
    expect(() => readId({ params: { id } })).toThrow(
      expect.objectContaining({ code: 'bad_request' }),
    );
  },
);

import { describe, expect, test } from '@jest/globals';
import { readDocumentId, readUserId } from '../../../original-api/parameters.ts';
import type { Caller } from '../../../shared/token/caller.ts';

const badRequest = expect.objectContaining({ code: 'bad_request' });

describe('readDocumentId', () => {
  const validIds = ['a', 'a.b', '...', '.a', 'a.', '-_.', 'x.'.repeat(32)];

  test.each(validIds)('accepts %j', (id) => {
    expect(readDocumentId({ params: { id } })).toBe(id);
  });

  const invalidIds = ['', '.', '..', 'a/b', '../b', 'a b', '%2e%2e', 'a\n', 'x'.repeat(65)];

  test.each(invalidIds)('rejects %j', (id) => {
    expect(() => readDocumentId({ params: { id } })).toThrow(badRequest);
  });
});

describe('readUserId', () => {
  const callerId = 'a11ce000-0000-4000-8000-000000000001';
  const otherId = 'b0b00000-0000-4000-8000-000000000002';
  const read = (userId: string) => {
    const caller = { objectId: callerId } as Caller;
    return readUserId({ caller, request: { params: { userId } } as never });
  };

  test.each(['me', 'ME'])('returns the object id of the caller for %j', (userId) => {
    expect(read(userId)).toBe(callerId);
  });

  test('returns an object id in lower case', () => {
    expect(read(otherId.toUpperCase())).toBe(otherId);
  });

  test.each(['', 'bob', 'bob@contoso.example', `${otherId}0`])('rejects %j', (userId) => {
    expect(() => read(userId)).toThrow(badRequest);
  });
});

import { describe, expect, test } from '@jest/globals';
import { createChallengeOnce } from '../../../../shared/obo/challenge-once.ts';
import type { Refusal } from '../../../../shared/obo/network.ts';
import type { Caller } from '../../../../shared/token/caller.ts';

const minute = 60_000;

const refusal: Refusal = { suberror: 'additional_action', claims: { access_token: {} } };

function setUp() {
  let now = Date.UTC(2026, 10, 22);
  const challengeOnce = createChallengeOnce(() => now);
  return {
    pass: (milliseconds: number) => {
      now += milliseconds;
    },
    /** Returns whether a user with this token is challenged. */
    isChallenged: (objectId: string, digest: string) => {
      const caller = { tenantId: 't', objectId, digest } as Caller;
      return challengeOnce(caller, refusal).claims !== undefined;
    },
  };
}

describe('a user from whom an additional action is required', () => {
  test('is challenged', () => {
    const { isChallenged } = setUp();
    expect(isChallenged('alice', 'token 1')).toBe(true);
  });

  test('is challenged again with the same token', () => {
    const { isChallenged } = setUp();
    isChallenged('alice', 'token 1');
    expect(isChallenged('alice', 'token 1')).toBe(true);
  });

  test('is not challenged again with another token', () => {
    const { isChallenged } = setUp();
    isChallenged('alice', 'token 1');
    expect(isChallenged('alice', 'token 2')).toBe(false);
  });

  test('is not affected by the challenge of another user', () => {
    const { isChallenged } = setUp();
    isChallenged('alice', 'token 1');
    expect(isChallenged('bob', 'token 2')).toBe(true);
  });

  test('is not challenged with another token just before 10 minutes have passed', () => {
    const { isChallenged, pass } = setUp();
    isChallenged('alice', 'token 1');
    pass(10 * minute - 1);
    expect(isChallenged('alice', 'token 2')).toBe(false);
  });

  test('is challenged with another token after 10 minutes', () => {
    const { isChallenged, pass } = setUp();
    isChallenged('alice', 'token 1');
    pass(10 * minute + 1);
    expect(isChallenged('alice', 'token 2')).toBe(true);
  });
});

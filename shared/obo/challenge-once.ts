import { LRUCache } from 'lru-cache';
import type { Caller } from '../token/caller.ts';
import type { Refusal } from './network.ts';

/** Milliseconds for which a challenge is remembered. */
const challengeLifetime = 10 * 60_000;

/** How many users are remembered. The least recently challenged is forgotten first. */
const maxUsers = 10_000;

/**
 * Creates a filter that prevents a sign-in loop. With the suberror `additional_action`, a new
 * sign-in may not help, so the user is challenged only once. If the user returns with another token
 * within 10 minutes and Entra refuses again for the same reason, the filter drops the claims. That
 * refusal is final.
 *
 * @param now the current time in milliseconds since 1970
 * @returns the filter. It returns the refusal, or a copy without claims
 * @example
 * const challengeOnce = createChallengeOnce(Date.now);
 * throw apiErrorOf(challengeOnce(caller, refusal), scopes);
 */
export function createChallengeOnce(
  now: () => number,
): (caller: Caller, refusal: Refusal) => Refusal {
  const challengedTokens = new LRUCache<string, string>({
    max: maxUsers,
    ttl: challengeLifetime,
    perf: { now },
    ttlResolution: 0,
  });

  return ({ tenantId, objectId, digest }, refusal) => {
    if (refusal.suberror !== 'additional_action' || !refusal.claims) return refusal;
    const user = `${tenantId} ${objectId}`;
    const challengedToken = challengedTokens.get(user);
    if (challengedToken !== undefined && challengedToken !== digest)
      return { ...refusal, claims: undefined };
    challengedTokens.set(user, digest);
    return refusal;
  };
}

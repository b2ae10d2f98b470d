import { LRUCache } from 'lru-cache';
import type { Caller } from '../token/caller.ts';
import type { Refusal } from './network.ts';

/**
 * `additional_action` asks the user for something that a sign-in may or may not bring. It is passed on as a challenge once; when the user
 * comes back within 10 minutes with another token and Entra asks the same, the claims are dropped, so that the refusal is final instead of a loop.
 */
export function createChallengeOnce(
  now: () => number,
): (caller: Caller, refusal: Refusal) => Refusal {
  const challenged = new LRUCache<string, string>({
    max: 10_000,
    ttl: 10 * 60_000,
    perf: { now },
    ttlResolution: 0,
  });
  return ({ tenantId, objectId, digest }, refusal) => {
    if (refusal.suberror !== 'additional_action' || !refusal.claims) return refusal;
    const user = `${tenantId} ${objectId}`;
    const before = challenged.get(user) ?? digest;
    if (before !== digest) return { ...refusal, claims: undefined };
    challenged.set(user, digest);
    return refusal;
  };
}

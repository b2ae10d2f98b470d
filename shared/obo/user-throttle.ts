import { LRUCache } from 'lru-cache';

/** The limits of a user throttle. */
export type UserThrottleOptions = {
  /** How many users are remembered. The least recently used is forgotten first. */
  readonly maxUsers: number;
  /** The longest time for which a user can be blocked, in seconds. */
  readonly maxDelay: number;
  /** The current time in milliseconds since 1970. */
  readonly now: () => number;
};

/** Remembers which users a service throttles, and for how long. */
export interface UserThrottle {
  /** Blocks a user for this many seconds. */
  block(user: string, seconds: number): void;
  /** Returns the seconds for which a user is still blocked, rounded up, or `undefined`. */
  secondsLeft(user: string): number | undefined;
}

/**
 * Creates a throttle per user: it applies a service's `Retry-After` to one user without delaying
 * other users.
 *
 * @example
 * const throttle = createUserThrottle({ maxUsers: 10_000, maxDelay: 300, now: Date.now });
 * throttle.block(user, 30);
 * throttle.secondsLeft(user); // 30
 */
export function createUserThrottle({ maxUsers, maxDelay, now }: UserThrottleOptions): UserThrottle {
  /** For each user, when the block ends: milliseconds since 1970. */
  const blockedUntil = new LRUCache<string, number>({ max: maxUsers });

  return {
    block(user, seconds) {
      blockedUntil.set(user, now() + seconds * 1_000);
    },

    secondsLeft(user) {
      const wait = (blockedUntil.get(user) ?? 0) - now();
      // A longer wait than any block means that the clock was set back. Then the block ends.
      if (wait <= 0 || wait > maxDelay * 1_000) return undefined;
      return Math.ceil(wait / 1_000);
    },
  };
}

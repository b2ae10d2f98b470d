import { LRUCache } from 'lru-cache';

/** The limits of `createUserHistory`. */
export type UserHistoryOptions = {
  /** How many users are remembered. The least recently used is forgotten first. */
  readonly maxUsers: number;
  /** Milliseconds for which a failure or a rejection is remembered. */
  readonly memory: number;
  /** The current time in milliseconds since 1970. */
  readonly now: () => number;
};

/**
 * How likely a user is the cause of failures:
 * - 0: the user has no failure or rejection.
 * - 1: the circuit breaker rejected the user's last request.
 * - 2: the user's last request failed.
 */
export type Suspicion = 0 | 1 | 2;

/** The failures of a user since the user's last success. Times are milliseconds since 1970. */
export type Failures = {
  /** How many. It is 0 for a user whose requests were only rejected. */
  readonly count: number;
  /** When the first of them was. */
  readonly firstAt: number;
  /** When the last of them was. */
  readonly lastAt: number;
};

/** Remembers the users whose last request failed or was rejected. */
export interface UserHistory {
  /** Returns how likely this user is the cause of failures. */
  suspicionOf(user: string): Suspicion;
  /** Returns the failures since the user's last success, or `undefined` if there are none. */
  failuresOf(user: string): Failures | undefined;
  /** Records that a request of this user failed. */
  recordFailure(user: string): void;
  /** Records that the circuit breaker rejected a request of this user. */
  recordRejection(user: string): void;
  /** Records that a request of this user succeeded, and forgets the failures and rejections. */
  recordSuccess(user: string): void;
}

/**
 * Creates an empty history.
 *
 * @example
 * const history = createUserHistory({ maxUsers: 10_000, memory: 300_000, now: Date.now });
 * history.recordFailure(user);
 * history.suspicionOf(user); // 2
 */
export function createUserHistory({ maxUsers, memory, now }: UserHistoryOptions): UserHistory {
  const users = new LRUCache<string, Failures>({ max: maxUsers });

  function get(user: string): Failures | undefined {
    const failures = users.get(user);
    if (!failures) return undefined;
    const age = now() - failures.lastAt;
    // A negative age means that the clock was set back.
    return age >= 0 && age <= memory ? failures : undefined;
  }

  function failuresOf(user: string): Failures | undefined {
    const failures = get(user);
    return failures && failures.count > 0 ? failures : undefined;
  }

  return {
    suspicionOf(user) {
      if (failuresOf(user)) return 2;
      return get(user) ? 1 : 0;
    },

    failuresOf,

    recordFailure(user) {
      const { count, firstAt } = failuresOf(user) ?? { count: 0, firstAt: now() };
      users.set(user, { count: count + 1, firstAt, lastAt: now() });
    },

    recordRejection(user) {
      if (!failuresOf(user)) users.set(user, { count: 0, firstAt: now(), lastAt: now() });
    },

    recordSuccess(user) {
      users.delete(user);
    },
  };
}

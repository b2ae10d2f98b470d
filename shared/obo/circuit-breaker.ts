import type { UserHistory } from './user-history.ts';

/** The limits of a circuit breaker. */
export type CircuitBreakerOptions = {
  /** How many failures without a success between them open the circuit. */
  readonly threshold: number;
  /**
   * Milliseconds after a success during which the circuit stays closed. If the threshold is reached
   * in this time, only users whose last call failed are rejected.
   */
  readonly patience: number;
  /** Milliseconds between two probes while the circuit is open. */
  readonly probeInterval: number;
  /**
   * Milliseconds for which a due probe is reserved for users who are less likely to be the cause of
   * the failures.
   */
  readonly probeReserve: number;
  /** The history of the users. The breaker records its rejections there. */
  readonly history: UserHistory;
  /** The current time in milliseconds since 1970. */
  readonly now: () => number;
};

/** Stops calls to a service that is down, and finds out when it is back. */
export interface CircuitBreaker {
  /** Returns whether this user's call may be sent: the circuit is closed, or a probe is due. */
  allows(user: string): boolean;
  /** Records that this user's call is sent. While the circuit is open, the call is a probe. */
  recordStart(user: string): void;
  /** Records that the service responded. The circuit closes. */
  recordSuccess(): void;
  /**
   * Records that this user's call failed. The circuit opens if this reaches the threshold. The
   * history does not contain this failure yet.
   */
  recordFailure(user: string): void;
}

/**
 * Creates a circuit breaker
 * (https://learn.microsoft.com/azure/architecture/patterns/circuit-breaker) that distinguishes a
 * service that is down from a service that fails for some users only.
 *
 * - Failures open the circuit only if they affect at least two users, and if no call has succeeded
 *   for a while.
 * - A user's failures do not count if another user's call succeeded between them. Then the cause is
 *   the user, not the service.
 * - While the circuit is open, one call per probe interval tests whether the service is back. Users
 *   without failures and rejections go first, then users who were only rejected, then users whose
 *   calls fail. Otherwise users who cause their own failures would get every probe, because they
 *   retry most often.
 * - No user gets two probes in a row.
 *
 * @example
 * const breaker = createCircuitBreaker(options);
 * if (!breaker.allows(user)) throw new Error('the service is down');
 * breaker.recordStart(user);
 * try {
 *   await work();
 *   breaker.recordSuccess();
 * } catch (error) {
 *   breaker.recordFailure(user);
 *   throw error;
 * }
 */
export function createCircuitBreaker({
  threshold,
  patience,
  probeInterval,
  probeReserve,
  history,
  now,
}: CircuitBreakerOptions): CircuitBreaker {
  let lastSuccessAt = Number.NEGATIVE_INFINITY;
  /** How many failures count since the last success. */
  let failures = 0;
  /** The users of these failures, at most `threshold` of them. */
  const failedUsers = new Set<string>();
  let lastProbe = { at: Number.NEGATIVE_INFINITY, user: '' };
  /** For each suspicion, when a user of it was last rejected. */
  const lastRejectedAt = [0, 1, 2].map(() => Number.NEGATIVE_INFINITY);
  /** When a user other than that of the last probe was last rejected. */
  let othersRejectedAt = Number.NEGATIVE_INFINITY;

  /** Returns whether this much time has passed, or the clock was set back. */
  const hasPassed = (milliseconds: number, since: number) => {
    const elapsed = now() - since;
    return elapsed < 0 || elapsed >= milliseconds;
  };

  const isInDoubt = () => failures >= threshold && failedUsers.size > 1;

  const isOpen = () => isInDoubt() && hasPassed(patience, lastSuccessAt);

  function close(): void {
    failures = 0;
    failedUsers.clear();
  }

  function mayProbe(user: string): boolean {
    if (!hasPassed(probeInterval, lastProbe.at)) return false;
    if (hasPassed(probeInterval + probeReserve, lastProbe.at)) return true;
    const lessSuspect = lastRejectedAt.slice(0, history.suspicionOf(user));
    return lessSuspect.every((at) => hasPassed(probeInterval - probeReserve, at));
  }

  function recordRejection(user: string): void {
    lastRejectedAt[history.suspicionOf(user)] = now();
    if (user !== lastProbe.user) othersRejectedAt = now();
    history.recordRejection(user);
  }

  function recordProbe(user: string): void {
    if (isOpen()) lastProbe = { at: now(), user };
  }

  return {
    allows(user) {
      if (!isInDoubt()) return true;
      // A call succeeded a moment ago, so only the users whose calls fail must wait.
      if (!isOpen()) return history.suspicionOf(user) < 2;
      if (mayProbe(user)) {
        if (user !== lastProbe.user) return true;
        // No other user was rejected lately, and one user must not keep the circuit open.
        if (hasPassed(probeInterval, othersRejectedAt)) {
          close();
          return true;
        }
      }
      recordRejection(user);
      return false;
    },

    recordStart: recordProbe,

    recordSuccess() {
      lastSuccessAt = now();
      close();
    },

    recordFailure(user) {
      // The clock was set back, so the time of the success cannot be compared.
      if (lastSuccessAt > now()) lastSuccessAt = Number.NEGATIVE_INFINITY;
      const earlier = history.failuresOf(user);
      const isOwnFailure = earlier !== undefined && earlier.firstAt < lastSuccessAt;
      if (!isOwnFailure) {
        failures += 1;
        if (failedUsers.size < threshold) failedUsers.add(user);
      }
      // The next probe is due one interval after the failure, not after the start of the call.
      recordProbe(user);
    },
  };
}

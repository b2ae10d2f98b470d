import type { UserHistory } from './user-history.ts';

/** The limits of a circuit breaker. */
export type CircuitBreakerOptions = {
  /** How many failures without a success in between open the circuit. */
  readonly threshold: number;
  /**
   * Milliseconds after a success during which the circuit stays closed. Users whose last call
   * failed are rejected in this time.
   */
  readonly patience: number;
  /** Milliseconds between two probes while the circuit is open. */
  readonly probeInterval: number;
  /**
   * Milliseconds for which a probe that is due waits for a user who is less likely to be the cause
   * of the failures.
   */
  readonly probeReserve: number;
  /** What is known of the users. The breaker adds whom it rejects. */
  readonly history: UserHistory;
  /** The current time in milliseconds since 1970. */
  readonly now: () => number;
};

/** Stops calls to a service that is down, and finds out when it is back. */
export interface CircuitBreaker {
  /** Returns whether this user's call may go out: the circuit is closed, or a probe is due. */
  allows(user: string): boolean;
  /** Records that this user's call goes out. While the circuit is open, the call is a probe. */
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
 * (https://learn.microsoft.com/azure/architecture/patterns/circuit-breaker) that tells a service
 * that is down from a service that fails for some users only.
 *
 * - Failures open the circuit only if at least two users have them, and if no call has succeeded
 *   for a while.
 * - A user's failures do not count if somebody else's call succeeded between them. The trouble is
 *   then the user's own.
 * - While the circuit is open, one call per probe interval finds out whether the service is back. A
 *   user whom the breaker has not met before goes first, then one who was only rejected, then one
 *   whose calls fail. Otherwise users with trouble of their own would win every probe, because they
 *   keep coming back.
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
  /** When somebody else than the user of the last probe was last rejected. */
  let othersRejectedAt = Number.NEGATIVE_INFINITY;

  /** Returns whether this much time has passed. A clock that was set back counts as passed. */
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
        // Only this user is left, and one user's failures keep no circuit open.
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
      // The clock was set back, so the success says nothing about the order of failures.
      if (lastSuccessAt > now()) lastSuccessAt = Number.NEGATIVE_INFINITY;
      const earlier = history.failuresOf(user);
      const isOwnTrouble = earlier !== undefined && earlier.firstAt < lastSuccessAt;
      if (!isOwnTrouble) {
        failures += 1;
        if (failedUsers.size < threshold) failedUsers.add(user);
      }
      // The next probe is due one interval after the failure, not after the start of the call.
      recordProbe(user);
    },
  };
}

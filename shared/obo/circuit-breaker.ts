/** The limits of a circuit breaker. */
export type CircuitBreakerOptions = {
  /** How many failures in a row open the circuit. */
  readonly threshold: number;
  /** Milliseconds between two probes while the circuit is open. */
  readonly probeInterval: number;
  /** The current time in milliseconds since 1970. */
  readonly now: () => number;
};

/**
 * Whom a failure concerns. `everyone`: the service cannot be reached. `user`: the service may have
 * trouble with this user only.
 */
export type FailureScope = 'everyone' | 'user';

/** Stops calls to a service that is down, and finds out when it is back. */
export interface CircuitBreaker {
  /** Returns whether this user's call may go out: the circuit is closed, or a probe is due. */
  allows(user: string): boolean;
  /** Records that this user's call goes out. While the circuit is open, the call is a probe. */
  recordStart(user: string): void;
  /** Records that the service responded. The circuit closes. */
  recordSuccess(): void;
  /** Records that the service failed. The circuit opens if this reaches the threshold. */
  recordFailure(user: string, scope: FailureScope): void;
}

/**
 * Creates a circuit breaker
 * (https://learn.microsoft.com/azure/architecture/patterns/circuit-breaker). While the circuit is
 * open, one call per probe interval finds out whether the service is back.
 *
 * Failures of scope `user` open the circuit only if at least two users have them. A user whose own
 * calls always fail therefore cannot cut off the other users.
 *
 * @example
 * const breaker = createCircuitBreaker({ threshold: 5, probeInterval: 5_000, now: Date.now });
 * if (!breaker.allows(user)) throw new Error('the service is down');
 * breaker.recordStart(user);
 * try {
 *   await work();
 *   breaker.recordSuccess();
 * } catch (error) {
 *   breaker.recordFailure(user, 'everyone');
 *   throw error;
 * }
 */
export function createCircuitBreaker({
  threshold,
  probeInterval,
  now,
}: CircuitBreakerOptions): CircuitBreaker {
  /** The failures since the last success, oldest first, at most `threshold` of them. */
  let failures: readonly { readonly user: string; readonly scope: FailureScope }[] = [];
  let lastProbe = { at: 0, user: '' };

  function isOpen(): boolean {
    if (failures.length < threshold) return false;
    if (failures.some(({ scope }) => scope === 'everyone')) return true;
    return new Set(failures.map(({ user }) => user)).size > 1;
  }

  function recordProbe(user: string): void {
    if (isOpen()) lastProbe = { at: now(), user };
  }

  /**
   * Returns the milliseconds that must pass between the last probe and a probe of this user. They
   * are doubled if the last probe was of the same user and failed for this user only. Another user
   * can then probe first, so that one user's own trouble does not keep the circuit open.
   */
  function timeBetweenProbes(user: string): number {
    const hasProbedLast = lastProbe.user === user;
    const hasFailedAlone = failures.at(-1)?.scope === 'user';
    return hasProbedLast && hasFailedAlone ? 2 * probeInterval : probeInterval;
  }

  return {
    allows(user) {
      if (!isOpen()) return true;
      const sinceProbe = now() - lastProbe.at;
      // A negative time means that the clock was set back. Then a probe is due.
      return sinceProbe < 0 || sinceProbe >= timeBetweenProbes(user);
    },

    recordStart: recordProbe,

    recordSuccess() {
      failures = [];
    },

    recordFailure(user, scope) {
      failures = [...failures, { user, scope }].slice(-threshold);
      // The next probe is due one interval after the failure, not after the start of the call.
      recordProbe(user);
    },
  };
}

import { type BulkheadUser, createBulkhead } from './bulkhead.ts';
import { type CircuitBreaker, createCircuitBreaker } from './circuit-breaker.ts';
import { type GuardRejection, type Refusal, TokenEndpointRefusal } from './network.ts';
import { createUserHistory } from './user-history.ts';
import { createUserThrottle } from './user-throttle.ts';

/** How many requests to the token endpoint run at a time, of all tenants together. */
const maxConcurrent = 200;

/** How many requests of one tenant run at a time, unless more users wait than these can serve. */
const maxConcurrentPerTenant = 20;

/**
 * How many requests run at a time for a tenant with a long queue: with a usual response time of
 * 300 ms, these serve 1,000 users within `maxQueueTime`.
 */
const maxConcurrentElastic = 80;

/** How many requests of one user run at a time. */
const maxConcurrentPerUser = 5;

/** For each suspicion, the share of a tenant's slots that such users may take. */
const shares = { 0: 1, 1: 0.75, 2: 0.5 };

/** How many requests one slot serves within `maxQueueTime` if Entra responds within 400 ms. */
const requestsPerSlot = 10;

/** How many requests of one tenant wait in the queue: about what is served in `maxQueueTime`. */
const maxQueued = 1_000;

/** How many requests of one user wait in the queue. */
const maxQueuedPerUser = 100;

/**
 * Milliseconds that a request may wait in the queue. Together with the 5 seconds that Entra has to
 * respond, this is less than the 10 seconds that an incoming request may take.
 */
const maxQueueTime = 4_000;

/** How many failures without a success open the circuit of a tenant. */
const breakerThreshold = 5;

/** Milliseconds after a success during which the circuit stays closed. */
const breakerPatience = 5_000;

/** Milliseconds between two probes of a tenant while its circuit is open. */
const probeInterval = 5_000;

/** Milliseconds for which a probe is reserved for users who have not failed. */
const probeReserve = 1_000;

/** How many failures in a row make a user wait before each further request. */
const userThreshold = 5;

/** Milliseconds for which such a user waits after a failure. */
const userBackoff = 5_000;

/** Milliseconds for which a user's failure or rejection is remembered. */
const historyMemory = 15 * 60_000;

/** How many users are remembered, for each purpose. */
const maxUsers = 10_000;

/** Seconds for which a throttled user is blocked if Entra names no time. */
const defaultThrottleTime = 5;

/** The longest time for which a user is blocked, in seconds: what `readRetryAfter` allows. */
const maxThrottleTime = 300;

/** The shortest `Retry-After` of a rejection that concerns many users, in seconds. */
const minRetryAfter = 5;

/** The most seconds added to it at random, so that rejected users do not return together. */
const retryAfterSpread = 5;

/**
 * Runs a request to the token endpoint for one user. The user is a `Caller`, or any other object
 * with the ids of the tenant and the user.
 *
 * @throws {TokenEndpointRefusal} of the request, or with a `rejection` if no request was sent
 */
export type TokenEndpointGuard = <T>(user: BulkheadUser, request: () => Promise<T>) => Promise<T>;

/** The settings of `createTokenEndpointGuard`. */
export type TokenEndpointGuardOptions = {
  /** The current time in milliseconds since 1970. */
  readonly now?: () => number;
  /** Returns a random number from 0 up to but not including 1. */
  readonly random?: () => number;
};

/**
 * Creates the guard of Entra's token endpoint. It combines three patterns:
 * - A bulkhead limits the number of concurrent requests. Tenants take turns, then users.
 * - A circuit breaker for each tenant stops requests while the endpoint is down.
 * - A throttle stops the requests of a user whom Entra throttles, without delaying other users.
 *
 * A user whose own requests fail does not affect other users: the breaker does not open for one
 * user, and failing users get slots and probes only after the others.
 *
 * @example
 * const guard = createTokenEndpointGuard();
 * const result = await guard(caller, () => client.acquireTokenOnBehalfOf(request));
 */
export function createTokenEndpointGuard({
  now = Date.now,
  random = Math.random,
}: TokenEndpointGuardOptions = {}): TokenEndpointGuard {
  const bulkhead = createBulkhead({
    maxConcurrent,
    maxConcurrentPerTenant,
    maxConcurrentElastic,
    maxConcurrentPerUser,
    shares,
    operationsPerSlot: requestsPerSlot,
    maxQueued,
    maxQueuedPerUser,
    maxQueueTime,
    now,
  });
  const history = createUserHistory({ maxUsers, memory: historyMemory, now });
  const throttle = createUserThrottle({ maxUsers, maxDelay: maxThrottleTime, now });
  /** One breaker for each tenant. Only the configured tenants have users. */
  const breakers = new Map<string, CircuitBreaker>();

  function breakerOf(tenantId: string): CircuitBreaker {
    const known = breakers.get(tenantId);
    if (known) return known;
    const breaker = createCircuitBreaker({
      threshold: breakerThreshold,
      patience: breakerPatience,
      probeInterval,
      probeReserve,
      history,
      now,
    });
    breakers.set(tenantId, breaker);
    return breaker;
  }

  /** Creates a rejection that many users can receive at the same time. */
  function reject(rejection: GuardRejection): TokenEndpointRefusal {
    const retryAfter = minRetryAfter + Math.round(random() * retryAfterSpread);
    return new TokenEndpointRefusal({ rejection, retryAfter });
  }

  /** Returns the seconds that a user must wait after several failures, or `undefined`. */
  function secondsOfBackoff(user: string): number | undefined {
    const failures = history.failuresOf(user);
    if (!failures || failures.count < userThreshold) return undefined;
    const wait = failures.lastAt + userBackoff - now();
    return wait > 0 ? Math.ceil(wait / 1_000) : undefined;
  }

  function requireAllowed(user: string, breaker: CircuitBreaker): void {
    const throttled = throttle.secondsLeft(user);
    if (throttled !== undefined)
      throw new TokenEndpointRefusal({ rejection: 'throttled', retryAfter: throttled });
    const backoff = secondsOfBackoff(user);
    if (backoff !== undefined)
      throw new TokenEndpointRefusal({ rejection: 'user-failing', retryAfter: backoff });
    if (!breaker.allows(user)) throw reject('circuit-open');
  }

  function recordResponse(user: string, breaker: CircuitBreaker): void {
    breaker.recordSuccess();
    history.recordSuccess(user);
  }

  function recordRefusal(user: string, breaker: CircuitBreaker, refusal: Refusal): void {
    if (isThrottled(refusal)) throttle.block(user, refusal.retryAfter ?? defaultThrottleTime);
    if (isFailure(refusal)) {
      breaker.recordFailure(user);
      history.recordFailure(user);
      // An endpoint that refuses a request is not down.
    } else recordResponse(user, breaker);
  }

  async function runRecorded<T>(
    user: string,
    breaker: CircuitBreaker,
    request: () => Promise<T>,
  ): Promise<T> {
    breaker.recordStart(user);
    try {
      const result = await request();
      recordResponse(user, breaker);
      return result;
    } catch (error) {
      if (error instanceof TokenEndpointRefusal) recordRefusal(user, breaker, error.refusal);
      throw error;
    }
  }

  return async ({ tenantId, objectId }, request) => {
    const user = `${tenantId} ${objectId}`;
    const breaker = breakerOf(tenantId);
    requireAllowed(user, breaker);
    const suspicion = history.suspicionOf(user);
    const admission = await bulkhead.acquire({ tenantId, objectId }, suspicion);
    if (admission !== 'admitted') throw reject(admission);
    try {
      // The situation may have changed while the request waited for a slot.
      requireAllowed(user, breaker);
      return await runRecorded(user, breaker, request);
    } finally {
      bulkhead.release({ tenantId, objectId }, suspicion);
    }
  };
}

/** AADSTS50196: Entra detected that the app sends the same request in a loop. */
const loopDetected = 50196;

/** AADSTS90055: Entra throttles the tenant. */
const tenantThrottled = 90055;

/** A refusal for another reason, such as a missing consent, ends when the user acts. */
function isThrottled(refusal: Refusal): boolean {
  const { status, codes = [], retryAfter } = refusal;
  if (status === 429 || codes.includes(loopDetected)) return true;
  return retryAfter !== undefined && isFailure(refusal);
}

/** Returns whether the endpoint failed. Otherwise it responded, even if it refused the request. */
function isFailure({ status = 0, codes = [], error, failure }: Refusal): boolean {
  if (failure === 'connect' || failure === 'broken' || failure === 'timeout') return true;
  return status >= 500 || error === 'temporarily_unavailable' || codes.includes(tenantThrottled);
}

import { createBulkhead } from './bulkhead.ts';
import { createCircuitBreaker, type FailureScope } from './circuit-breaker.ts';
import { type Refusal, TokenEndpointRefusal } from './network.ts';
import { createUserThrottle } from './user-throttle.ts';

/** How many requests to the token endpoint run at a time. */
const maxConcurrent = 20;

/** How many requests of one user run at a time. */
const maxConcurrentPerUser = 5;

/** How many requests wait in the queue. */
const maxQueued = 500;

/**
 * Milliseconds that a request may wait in the queue. This is less than the 5 seconds after which a
 * request to a silent endpoint fails. So a request that has waited for such a failure is rejected,
 * and does not wait another 5 seconds for the silent endpoint.
 */
const maxQueueTime = 4_000;

/** How many failures in a row open the circuit. */
const breakerThreshold = 5;

/** Milliseconds between two probes while the circuit is open. */
const probeInterval = 5_000;

/** How many throttled users are remembered. */
const maxThrottledUsers = 10_000;

/** Seconds for which a throttled user is blocked if Entra names no time. */
const defaultThrottleTime = 5;

/** The longest time for which a user is blocked, in seconds: what `readRetryAfter` allows. */
const maxThrottleTime = 300;

/**
 * Runs a request to the token endpoint for one user.
 *
 * @throws TokenEndpointRefusal with status 429 if Entra throttles this user, or with failure
 * `connect` if the endpoint is down or too many requests are waiting
 */
export type TokenEndpointGuard = <T>(user: string, request: () => Promise<T>) => Promise<T>;

/**
 * Creates the guard of Entra's token endpoint. It combines three patterns:
 * - a bulkhead limits the number of concurrent requests, in total and per user;
 * - a circuit breaker stops requests while the endpoint is down;
 * - a throttle holds back a user whom Entra throttles, and no other user.
 *
 * @param now the current time in milliseconds since 1970
 * @example
 * const guard = createTokenEndpointGuard();
 * const user = `${tenantId} ${objectId}`;
 * const result = await guard(user, () => client.acquireTokenOnBehalfOf(request));
 */
export function createTokenEndpointGuard(now: () => number = Date.now): TokenEndpointGuard {
  const bulkhead = createBulkhead({
    maxConcurrent,
    maxConcurrentPerUser,
    maxQueued,
    maxQueueTime,
    now,
  });
  const breaker = createCircuitBreaker({ threshold: breakerThreshold, probeInterval, now });
  const throttle = createUserThrottle({
    maxUsers: maxThrottledUsers,
    maxDelay: maxThrottleTime,
    now,
  });

  function requireAllowed(user: string): void {
    const retryAfter = throttle.secondsLeft(user);
    if (retryAfter !== undefined) throw new TokenEndpointRefusal({ status: 429, retryAfter });
    if (!breaker.allows(user)) throw endpointIsDown();
  }

  function recordRefusal(user: string, refusal: Refusal): void {
    if (isThrottled(refusal)) throttle.block(user, refusal.retryAfter ?? defaultThrottleTime);
    const scope = failureScopeOf(refusal);
    if (scope) breaker.recordFailure(user, scope);
    // An endpoint that refuses a request is up.
    else breaker.recordSuccess();
  }

  async function runRecorded<T>(user: string, request: () => Promise<T>): Promise<T> {
    breaker.recordStart(user);
    try {
      const result = await request();
      breaker.recordSuccess();
      return result;
    } catch (error) {
      if (error instanceof TokenEndpointRefusal) recordRefusal(user, error.refusal);
      throw error;
    }
  }

  return async (user, request) => {
    requireAllowed(user);
    if (!(await bulkhead.acquire(user))) throw endpointIsDown();
    try {
      // The situation may have changed while the request waited for a slot.
      requireAllowed(user);
      return await runRecorded(user, request);
    } finally {
      bulkhead.release(user);
    }
  };
}

const endpointIsDown = () =>
  new TokenEndpointRefusal({ failure: 'connect', retryAfter: probeInterval / 1_000 });

/** AADSTS50196: Entra detected that the app sends the same request in a loop. */
const loopDetected = 50196;

/** AADSTS90055: Entra throttles the tenant. */
const tenantThrottled = 90055;

function isThrottled({ status, codes = [], retryAfter }: Refusal): boolean {
  return status === 429 || codes.includes(loopDetected) || retryAfter !== undefined;
}

/** Returns whom a failure concerns, or `undefined` for a refusal that is no failure. */
function failureScopeOf({
  status = 0,
  codes = [],
  error,
  failure,
}: Refusal): FailureScope | undefined {
  if (failure === 'connect' || failure === 'broken') return 'everyone';
  const isBusy =
    status >= 500 || error === 'temporarily_unavailable' || codes.includes(tenantThrottled);
  return isBusy || failure === 'timeout' ? 'user' : undefined;
}

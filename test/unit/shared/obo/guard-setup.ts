import {
  type GuardRejection,
  type Refusal,
  TokenEndpointRefusal,
} from '../../../../shared/obo/network.ts';
import { createTokenEndpointGuard } from '../../../../shared/obo/token-endpoint-guard.ts';

/** The refusal of the guard with this reason. The random part of the time is 0 in these tests. */
export const rejectedAs = (rejection: GuardRejection): Refusal => ({ rejection, retryAfter: 5 });

/** The refusal of the guard for a user who is throttled for this long. */
export const throttledFor = (seconds: number): Refusal => ({
  rejection: 'throttled',
  retryAfter: seconds,
});

/** A request that the token endpoint refuses. */
export const refuseWith = (refusal: Refusal) => () =>
  Promise.reject(new TokenEndpointRefusal(refusal));

/** Lets all requests run that can run. */
export const settle = () => new Promise((resolve) => setImmediate(resolve));

/** Creates one user for each request. */
export const createUsers = (count: number) =>
  Array.from({ length: count }, (_, index) => `user-${index}`);

const succeed = async () => 'ok';

/** Creates a guard with a clock that the test sets. */
export function setUpGuard(random: () => number = () => 0) {
  let now = Date.UTC(2026, 10, 22);
  let requests = 0;
  const guard = createTokenEndpointGuard({ now: () => now, random });
  return {
    /** How many requests the guard has sent. */
    countRequests: () => requests,
    pass: (milliseconds: number) => {
      now += milliseconds;
    },
    /** Runs a request and returns its result, or the refusal of the guard or the endpoint. */
    async run(
      objectId: string,
      request: () => Promise<unknown> = succeed,
      tenantId = 'contoso',
    ): Promise<unknown> {
      try {
        return await guard({ tenantId, objectId }, () => {
          requests += 1;
          return request();
        });
      } catch (error) {
        if (error instanceof TokenEndpointRefusal) return error.refusal;
        throw error;
      }
    },
  };
}

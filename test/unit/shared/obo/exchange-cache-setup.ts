import type { Exchange, ExchangeRequest } from '../../../../shared/obo/exchange.ts';
import { createExchangeCache } from '../../../../shared/obo/exchange-cache.ts';
import { redact, reveal } from '../../../../shared/redacted.ts';
import type { Caller } from '../../../../shared/token/caller.ts';

export const minute = 60_000;

type Setup = {
  /** Milliseconds until token B expires. */
  readonly lifetime?: number;
  readonly capacity?: number;
};

type RequestOptions = {
  readonly scopes?: readonly string[];
  readonly audiences?: readonly string[];
  readonly claims?: object;
  /** Milliseconds until token A expires. */
  readonly callerLifetime?: number;
};

/** Creates a cache in front of an exchange and a clock that the test controls. */
export function setUpCache({ lifetime = 60 * minute, capacity = 100 }: Setup = {}) {
  let now = Date.UTC(2026, 10, 22);
  let pending: Promise<void> = Promise.resolve();
  let failure: Error | undefined;
  const exchanges: ExchangeRequest[] = [];

  const exchange: Exchange = async (request) => {
    exchanges.push(request);
    const token = `B${exchanges.length} for ${request.caller.objectId}`;
    await pending;
    if (failure) throw failure;
    return { token: redact(token), expiresOnTimestamp: now + lifetime };
  };
  const cache = createExchangeCache({ exchange, capacity, now: () => now });

  return {
    ...cache,
    /** The requests that reached the exchange, oldest first. */
    exchanges,
    /** Creates a request with the token A of a user. */
    createRequest(user: string, options: RequestOptions = {}): ExchangeRequest {
      const { callerLifetime = 60 * minute, scopes = ['api://d/A'], audiences, claims } = options;
      const caller = {
        digest: user,
        objectId: user,
        tenantId: 't',
        expiresAt: (now + callerLifetime) / 1_000,
      } as Caller;
      return { caller, scopes, audiences, correlationId: 'id', claims };
    },
    /** Returns the text of token B. */
    async getToken(request: ExchangeRequest): Promise<string> {
      const { token } = await cache.exchange(request, new AbortController().signal);
      return reveal(token);
    },
    pass: (milliseconds: number) => {
      now += milliseconds;
    },
    /** Keeps the exchanges pending until the returned function is called. */
    holdExchanges(): () => void {
      const { promise, resolve } = Promise.withResolvers<void>();
      pending = promise;
      return resolve;
    },
    /** Makes the exchanges fail, or succeed again with `undefined`. */
    failWith(error: Error | undefined) {
      failure = error;
    },
  };
}

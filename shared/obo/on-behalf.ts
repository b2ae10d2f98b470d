import { LRUCache } from 'lru-cache';
import { within } from '../http/budget.ts';
import type { Exchange, Exchanged, ExchangeRequest } from './exchange.ts';

export interface OnBehalfSettings {
  readonly exchange: Exchange;
  /** How many tokens are kept, at about 2.3 KB each; the least recently used goes first. */
  readonly capacity?: number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** Acts for a user: token A in (as the caller that validation made of it), token B out. */
export interface OnBehalf {
  /** `cached`: no request was made for it. @throws Denial */
  exchangeOnBehalf(request: ExchangeRequest, signal: AbortSignal): Promise<Exchanged & { readonly cached: boolean }>;
  /** Forgets a token that Downstream no longer takes. */
  evict(request: ExchangeRequest): void;
}

/** Milliseconds: how long before B's expiry it is no longer handed out, and the longest that any is kept. */
const early = 5 * 60_000;
const longest = 60 * 60_000;

/**
 * The cache in front of the exchange: keyed by token A itself (its digest), so that two sessions of one user have an entry each; one request
 * for however many callers want the same; a failure goes to those who waited and is not kept; a challenge's claims pass it by.
 */
export function createOnBehalf({ exchange, capacity = 10_000, now = Date.now }: OnBehalfSettings): OnBehalf {
  const lifeOf = ({ expiresAt }: Exchanged, { caller }: ExchangeRequest) =>
    Math.max(1, Math.min(expiresAt - early - now(), caller.expiresAt * 1_000 - now(), longest));

  const cache = new LRUCache<string, Exchanged, ExchangeRequest>({
    max: capacity,
    ttl: longest,
    perf: { now },
    ttlResolution: 0,
    // An entry that is evicted while its request is under way must not fail those who wait for it.
    ignoreFetchAbort: true,
    fetchMethod: async (_key, _stale, { options, context }) => {
      const exchanged = await exchange(context);
      options.ttl = lifeOf(exchanged, context);
      return exchanged;
    },
  });

  return {
    async exchangeOnBehalf(request, signal) {
      const key = keyOf(request);
      if (request.claims) {
        const exchanged = await within(signal, exchange(request));
        cache.set(key, exchanged, { ttl: lifeOf(exchanged, request) });
        return { ...exchanged, cached: false };
      }
      const cached = cache.has(key);
      return { ...(await within(signal, cache.forceFetch(key, { context: request }))), cached };
    },
    evict: (request) => {
      cache.delete(keyOf(request));
    },
  };
}

const keyOf = ({ caller, scopes }: ExchangeRequest) => `${caller.digest} ${caller.tenantId} ${[...scopes].sort().join(' ')}`;

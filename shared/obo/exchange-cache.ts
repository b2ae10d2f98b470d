import { LRUCache } from 'lru-cache';
import { withDeadline } from '../http/deadline.ts';
import type { Exchange, ExchangeRequest } from './exchange.ts';
import type { ExchangedToken } from './exchanged-token.ts';

/** How to create an {@link ExchangeCache}. */
export type ExchangeCacheOptions = {
  /** Exchanges one token at Entra. */
  readonly exchange: Exchange;

  /**
   * How many tokens are cached, at about 1 KiB each. The least recently used is dropped first.
   * Default: 10,000.
   */
  readonly capacity?: number | undefined;

  /** Returns the time in milliseconds since 1970. Default: `Date.now`. */
  readonly now?: (() => number) | undefined;
};

/** Token B, and whether it came from the cache. */
export type CachedExchange = ExchangedToken & {
  /** Whether the token came from the cache. */
  readonly cached: boolean;
};

/** Exchanges a user's token A for token B, and caches token B. */
export interface ExchangeCache {
  /**
   * Returns token B for a caller.
   *
   * @param signal aborts the wait of this request. The exchange itself continues, because other
   * requests may wait for it.
   * @throws {ApiError} of the exchange, or `timeout` when the signal aborts
   */
  exchange(request: ExchangeRequest, signal: AbortSignal): Promise<CachedExchange>;

  /**
   * Removes a token from the cache after the downstream API rejected it. Does nothing if a newer
   * token has replaced it.
   */
  evict(request: ExchangeRequest, exchanged: ExchangedToken): void;
}

/** A cached token. All times are in milliseconds since 1970. */
type Entry = {
  readonly exchanged: ExchangedToken;
  /** When the token was added to the cache. */
  readonly cachedAt: number;
  /** From then on, a request for this token also starts a refresh in the background. */
  readonly refreshAt: number;
  /** From then on, the token is no longer returned. */
  readonly expiresAt: number;
};

/** Milliseconds before its expiry from which token B is no longer used. */
const expiryMargin = 5 * 60_000;

/** The longest time for which a token is cached, in milliseconds. */
const maxAge = 60 * 60_000;

/** Milliseconds by which the clock may be set back before older entries are ignored. */
const clockTolerance = 60_000;

/** Milliseconds between two attempts to refresh a token in the background. */
const refreshCooldown = 60_000;

/**
 * Creates the cache in front of the exchange.
 *
 * - An entry belongs to one token A (by its digest), so two sessions of one user share nothing.
 * - Entries of several downstream APIs share the capacity.
 * - Concurrent requests for the same token, scopes and claims share one exchange (single flight).
 * - A failure reaches the requests that waited for it. It is not cached.
 * - A request with the claims of a challenge does not read the cache. Its token replaces the entry.
 * - A token is refreshed in the background before its entry expires.
 *
 * @example
 * ```ts
 * const cache = createExchangeCache({ exchange: createExchange({ entra, clientId, credential }) });
 * const { token } = await cache.exchange(request, signal);
 * ```
 */
export function createExchangeCache({
  exchange,
  capacity = 10_000,
  now = Date.now,
}: ExchangeCacheOptions): ExchangeCache {
  const entries = new LRUCache<string, Entry>({ max: capacity });
  const inFlight = new Map<string, Promise<ExchangedToken>>();

  function set(key: string, exchanged: ExchangedToken, { caller }: ExchangeRequest): void {
    const cachedAt = now();
    const expiresAt = Math.min(
      exchanged.expiresOnTimestamp - expiryMargin,
      caller.expiresAt * 1_000,
      cachedAt + maxAge,
    );
    if (expiresAt <= cachedAt) return;
    // Random, so that tokens of the same age are not all refreshed at the same moment.
    const refreshAfter = 0.7 + 0.2 * Math.random();
    const refreshAt = cachedAt + (expiresAt - cachedAt) * refreshAfter;
    entries.set(key, { exchanged, cachedAt, refreshAt, expiresAt });
  }

  async function exchangeAndSet(key: string, request: ExchangeRequest): Promise<ExchangedToken> {
    const exchanged = await exchange(request);
    set(key, exchanged, request);
    return exchanged;
  }

  /** Joins the exchange that is in flight for the same token, scopes and claims, or starts one. */
  function exchangeOnce(key: string, request: ExchangeRequest): Promise<ExchangedToken> {
    const flightKey = `${key} ${JSON.stringify(request.claims)}`;
    const running = inFlight.get(flightKey);
    if (running) return running;
    const started = exchangeAndSet(key, request).finally(() => inFlight.delete(flightKey));
    inFlight.set(flightKey, started);
    return started;
  }

  function get(key: string): Entry | undefined {
    const entry = entries.get(key);
    if (!entry || now() >= entry.expiresAt) return undefined;
    const wasClockSetBack = now() < entry.cachedAt - clockTolerance;
    return wasClockSetBack ? undefined : entry;
  }

  function refreshIfDue(key: string, entry: Entry, request: ExchangeRequest): void {
    if (now() < entry.refreshAt) return;
    // An entry that expires with token A cannot be extended by another exchange of token A.
    if (request.caller.expiresAt * 1_000 <= entry.expiresAt) return;
    entries.set(key, { ...entry, refreshAt: now() + refreshCooldown });
    // A failed refresh does not fail this request: the cached token is still valid.
    exchangeOnce(key, request).catch(() => {});
  }

  return {
    async exchange(request, signal) {
      const key = keyOf(request);
      const entry = request.claims ? undefined : get(key);
      if (entry) {
        refreshIfDue(key, entry, request);
        return { ...entry.exchanged, cached: true };
      }
      const exchanged = await withDeadline(signal, exchangeOnce(key, request));
      return { ...exchanged, cached: false };
    },

    evict(request, { token }) {
      const key = keyOf(request);
      if (entries.get(key)?.exchanged.token === token) entries.delete(key);
    },
  };
}

/**
 * Returns the key of a request's entry. The audiences are part of it, so that a token that was not
 * checked is never returned to a request that requires the check.
 */
const keyOf = ({ caller: { digest, tenantId }, scopes, audiences }: ExchangeRequest) =>
  JSON.stringify([digest, tenantId, [...scopes].sort(), audiences]);

import { LRUCache } from 'lru-cache';
import { withDeadline } from '../http/deadline.ts';
import type { Exchange, ExchangedToken, ExchangeRequest } from './exchange.ts';

/** `capacity`: how many tokens are kept, at about 1 KiB each; the least recently used goes first. */
export type OnBehalfOfSettings = {
  readonly exchange: Exchange;
  readonly capacity?: number;
  readonly now?: () => number;
};

/** Acts for a user: token A in (as the caller that validation made of it), token B out. */
export type OnBehalfOf = ReturnType<typeof createOnBehalfOf>;

/** Milliseconds since 1970: from when to when it is handed out, and from when on a new one is fetched beside. */
type Entry = {
  readonly exchanged: ExchangedToken;
  readonly from: number;
  readonly refreshAt: number;
  readonly until: number;
};

/** Milliseconds: how long before B's expiry it is no longer handed out, the longest that any is kept, and by how much clocks may step back. */
const limits = {
  early: 5 * 60_000,
  longest: 60 * 60_000,
  stepBack: 60_000,
  betweenRefreshes: 60_000,
};

/**
 * The cache in front of the exchange: keyed by token A itself (its digest), so that two sessions of one user have an entry each; one request
 * for however many callers want the same; a failure goes to those who waited and is not kept; a challenge's claims pass it by.
 */
export function createOnBehalfOf({
  exchange,
  capacity = 10_000,
  now = Date.now,
}: OnBehalfOfSettings) {
  const entries = new LRUCache<string, Entry>({ max: capacity });
  const flights = new Map<string, Promise<ExchangedToken>>();

  function keep(
    key: string,
    exchanged: ExchangedToken,
    { caller }: ExchangeRequest,
  ): ExchangedToken {
    const from = now();
    const until = Math.min(
      exchanged.expiresOnTimestamp - limits.early,
      caller.expiresAt * 1_000,
      from + limits.longest,
    );
    // Tokens that were made together are not refreshed together.
    const refreshAt = from + (until - from) * (0.7 + 0.2 * Math.random());
    if (until > from) entries.set(key, { exchanged, from, refreshAt, until });
    return exchanged;
  }

  /** The one exchange under way for a token, scopes and claims; whoever wants the same waits for it. */
  function fly(key: string, request: ExchangeRequest): Promise<ExchangedToken> {
    const name = `${key} ${JSON.stringify(request.claims)}`;
    const start = () => exchange(request).then((exchanged) => keep(key, exchanged, request));
    const flight = flights.get(name) ?? start().finally(() => flights.delete(name));
    flights.set(name, flight);
    return flight;
  }

  function held(key: string, request: ExchangeRequest): ExchangedToken | undefined {
    const entry = entries.get(key);
    if (!entry || now() >= entry.until || now() < entry.from - limits.stepBack) return undefined;
    if (now() >= entry.refreshAt && request.caller.expiresAt * 1_000 > entry.until) {
      // Whatever comes of it, the next try is not due before a while.
      entries.set(key, { ...entry, refreshAt: now() + limits.betweenRefreshes });
      fly(key, request).catch(() => {});
    }
    return entry.exchanged;
  }

  return {
    /** `cached`: nobody had to wait for Entra. @throws ApiError */
    async exchangeOnBehalf(
      request: ExchangeRequest,
      signal: AbortSignal,
    ): Promise<ExchangedToken & { readonly cached: boolean }> {
      const key = keyOf(request);
      const known = request.claims ? undefined : held(key, request);
      return {
        ...(known ?? (await withDeadline(signal, fly(key, request)))),
        cached: known !== undefined,
      };
    },
    /** Forgets a token that Downstream no longer takes, unless another one has taken its place already. */
    evict(request: ExchangeRequest, { token }: ExchangedToken): void {
      const key = keyOf(request);
      if (entries.get(key)?.exchanged.token === token) entries.delete(key);
    },
  };
}

const keyOf = ({ caller, scopes }: ExchangeRequest) =>
  `${caller.digest} ${caller.tenantId} ${[...scopes].sort().join(' ')}`;

import { ApiError } from './api-error.ts';

/** How a refreshing cache loads its value, and how long the value stays usable. */
export type RefreshingCacheOptions<T> = {
  /**
   * Loads the value from its remote source.
   *
   * @param current The cached value, even if it is too old to use. `undefined` if there is none.
   */
  readonly load: (current: T | undefined) => Promise<T>;

  /** Whether a value that was loaded `age` milliseconds ago may still be returned. */
  readonly isUsable: (value: T, age: number) => boolean;

  /** Whether a value that was loaded `age` milliseconds ago is refreshed in the background. */
  readonly isStale: (value: T, age: number) => boolean;

  /** Returns the milliseconds after a failed load during which no new load starts. Default: 0. */
  readonly cooldown?: (error: unknown, current: T | undefined) => number;

  /** Returns the time in milliseconds since 1970. */
  readonly now: () => number;
};

/** A value from a remote source, kept up to date. */
export type RefreshingCache<T> = {
  /**
   * Returns the cached value if it is usable, and loads it otherwise. A stale value is returned
   * while it refreshes in the background.
   *
   * @throws The error of {@link RefreshingCacheOptions.load}.
   */
  get(): Promise<T>;

  /**
   * Loads the value, or joins the load that is in progress.
   *
   * @throws The error of {@link RefreshingCacheOptions.load}. During the cooldown after a failure,
   * no load starts, and the same error is thrown again.
   */
  refresh(): Promise<T>;

  /** Whether a load is in progress. */
  isLoading(): boolean;
};

/** Milliseconds before its expiry from which a token of a managed identity is refreshed. */
const refreshBeforeExpiry = 5 * 60_000;

/**
 * Creates a cache for one value from a remote source.
 *
 * Concurrent callers share one load. A stale value is returned while it refreshes in the
 * background. After a failure, no new load starts until the cooldown has passed.
 *
 * @example
 * ```ts
 * const cache = createRefreshingCache({
 *   load: () => fetchDocument('metadata', url),
 *   isUsable: (_document, age) => age < 24 * 60 * 60_000,
 *   isStale: (_document, age) => age >= 60 * 60_000,
 *   now: Date.now,
 * });
 * const document = await cache.get();
 * ```
 */
export function createRefreshingCache<T>({
  load,
  isUsable,
  isStale,
  cooldown = () => 0,
  now,
}: RefreshingCacheOptions<T>): RefreshingCache<T> {
  let cached: { readonly value: T; readonly loadedAt: number } | undefined;
  let failure:
    | { readonly error: unknown; readonly failedAt: number; readonly cooldown: number }
    | undefined;
  let loading: Promise<T> | undefined;

  async function loadOnce(): Promise<T> {
    try {
      cached = { value: await load(cached?.value), loadedAt: now() };
      failure = undefined;
      return cached.value;
    } catch (error) {
      failure = { error, failedAt: now(), cooldown: cooldown(error, cached?.value) };
      throw error;
    }
  }

  async function refresh(): Promise<T> {
    if (loading) return loading;
    if (failure) {
      const elapsed = now() - failure.failedAt;
      // A negative time means that the clock was set back, which must not prolong the cooldown.
      if (elapsed >= 0 && elapsed < failure.cooldown) throw failure.error;
    }
    loading = loadOnce().finally(() => {
      loading = undefined;
    });
    return loading;
  }

  async function get(): Promise<T> {
    if (!cached) return refresh();
    const { value, loadedAt } = cached;
    const age = now() - loadedAt;
    if (!isUsable(value, age)) return refresh();
    if (isStale(value, age)) refreshInBackground();
    return value;
  }

  function refreshInBackground(): void {
    // The caller has a usable value, so a failed refresh does not concern it.
    refresh().catch(() => {});
  }

  return { get, refresh, isLoading: () => loading !== undefined };
}

/**
 * Creates a cache for the token of a managed identity. The token is refreshed in the background
 * during the last 5 minutes before it expires.
 *
 * @param load Requests a new token.
 * @param now Returns the time in milliseconds since 1970.
 *
 * @example
 * ```ts
 * const cache = createTokenCache(() => requestToken('https://vault.azure.net'), Date.now);
 * const { token } = await cache.get();
 * ```
 */
export const createTokenCache = <T extends { readonly expiresOnTimestamp: number }>(
  load: () => Promise<T>,
  now: () => number,
): RefreshingCache<T> =>
  createRefreshingCache({
    load,
    isUsable: ({ expiresOnTimestamp }) => now() < expiresOnTimestamp,
    isStale: ({ expiresOnTimestamp }) => now() >= expiresOnTimestamp - refreshBeforeExpiry,
    cooldown: cooldownOf,
    now,
  });

/**
 * Returns the milliseconds until a service that failed may be called again: its `Retry-After`, or 0
 * if it sent none.
 *
 * @example
 * ```ts
 * cooldownOf(new ApiError('unavailable', { retryAfter: 30 })); // 30000
 * ```
 */
export function cooldownOf(error: unknown): number {
  if (!(error instanceof ApiError)) return 0;
  return (error.options.retryAfter ?? 0) * 1_000;
}

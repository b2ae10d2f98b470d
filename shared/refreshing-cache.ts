import { ApiError } from './api-error.ts';

/** How a value is got, and for how many milliseconds nobody tries again after a failure. */
type Source<T> = {
  readonly load: (held: T | undefined) => Promise<T>;
  readonly rest?: (failure: unknown, held: T | undefined) => number;
};

/** Whether what was got so many milliseconds ago may still be used, and whether it should be got again beside. */
type Life<T> = {
  readonly isUsable: (value: T, age: number) => boolean;
  readonly isStale: (value: T, age: number) => boolean;
};

/** For how many milliseconds whoever refused wants to be left alone. */
export const cooldownOf = (failure: unknown) =>
  ((failure instanceof ApiError && failure.options.retryAfter) || 0) * 1_000;

export type RefreshingCache<T> = ReturnType<typeof createRefreshingCache<T>>;

/** Holds what comes from elsewhere: got once by however many ask at once, again beside the calls when it is stale, and left alone after a failure. */
export function createRefreshingCache<T>({
  load,
  isUsable,
  isStale,
  rest = () => 0,
  now,
}: Source<T> & Life<T> & { readonly now: () => number }) {
  let held: { readonly value: T; readonly at: number } | undefined;
  let failure: { readonly error: unknown; readonly at: number; readonly rest: number } | undefined;
  let loading: Promise<T> | undefined;

  async function loadOnce(): Promise<T> {
    try {
      held = { value: await load(held?.value), at: now() };
      failure = undefined;
      return held.value;
    } catch (error) {
      failure = { error, at: now(), rest: rest(error, held?.value) };
      throw error;
    }
  }

  /** The value anew: from the attempt under way, or one that begins. @throws what `load` threw, without another attempt while that rests */
  async function renew(): Promise<T> {
    const since = now() - (failure?.at ?? 0);
    if (failure && !loading && since >= 0 && since < failure.rest) throw failure.error;
    loading ??= loadOnce().finally(() => {
      loading = undefined;
    });
    return loading;
  }

  return {
    /** The value at hand while it is usable, and what `load` brings otherwise. */
    async get(): Promise<T> {
      if (!held || !isUsable(held.value, now() - held.at)) return renew();
      if (isStale(held.value, now() - held.at)) renew().catch(() => {});
      return held.value;
    },
    renew,
    isLoading: () => loading !== undefined,
  };
}

/** Holds a managed identity's token: asked for again, beside the calls, from 5 minutes before it expires. */
export const createTokenCache = <T extends { readonly expiresOnTimestamp: number }>(
  load: () => Promise<T>,
  now: () => number,
) =>
  createRefreshingCache({
    load,
    isUsable: ({ expiresOnTimestamp }) => now() < expiresOnTimestamp,
    isStale: ({ expiresOnTimestamp }) => now() >= expiresOnTimestamp - 5 * 60_000,
    rest: cooldownOf,
    now,
  });

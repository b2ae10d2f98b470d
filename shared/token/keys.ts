import { createRefreshingCache, type RefreshingCache } from '../refreshing-cache.ts';
import { readKeySet, type SigningKey } from './key-set.ts';
import { fetchDocument, fetchMetadata, type Metadata, type Version } from './metadata.ts';

/** The issuers and signing keys of Entra ID. */
export type Keys = {
  /**
   * Returns the metadata of a tenant.
   *
   * @throws {ApiError} `unavailable` if Entra ID cannot be reached and nothing usable is cached.
   */
  metadataOf(tenantId: string, version: Version): Promise<Metadata>;

  /**
   * Returns the key with this id, or `undefined` if Entra ID does not publish it.
   *
   * @throws {ApiError} `unavailable` if Entra ID cannot be reached and nothing usable is cached.
   */
  keyOf(tenantId: string, version: Version, kid: string): Promise<SigningKey | undefined>;
};

/** The options of {@link createKeys}. */
export type KeysOptions = {
  /** The host of Entra ID, such as `https://login.microsoftonline.com`. */
  readonly authorityHost: URL;

  /**
   * The client id of an app whose tokens Entra ID signs with the app's own keys
   * (https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-the-signature).
   */
  readonly customSigningKeysFor?: string | undefined;

  /** Returns the time in milliseconds since 1970. Default: `Date.now`. */
  readonly now?: () => number;
};

/** The cached documents of one tenant and version. */
type Documents = {
  readonly metadata: Metadata;
  /** When the metadata was fetched, in milliseconds since 1970. */
  readonly metadataFetchedAt: number;
  /** The keys by their ids. */
  readonly keys: ReadonlyMap<string, SigningKey>;
};

type Source = {
  readonly cache: RefreshingCache<Documents>;
  /** When an unknown key id last caused a refresh, in milliseconds since 1970. */
  refreshedForUnknownKeyAt: number;
};

/** Milliseconds after which documents are refreshed in the background. */
const maxAge = 60 * 60_000;

/** Milliseconds for which documents may be used while Entra ID is down. */
const maxUsableAge = 24 * 60 * 60_000;

/** Milliseconds between two fetches for unknown key ids, and until a failed fetch is retried. */
const cooldown = 30_000;

/** Milliseconds until a failed fetch is retried if nothing is cached yet. */
const coldStartCooldown = 5_000;

/**
 * Creates a cache for the issuers and signing keys of Entra ID
 * (https://learn.microsoft.com/entra/identity-platform/signing-key-rollover).
 *
 * Concurrent callers share one fetch. Documents refresh in the background after an hour, and stay
 * usable for 24 hours while Entra ID is down. A key set without a usable key never replaces a
 * cached one. An unknown key id causes a fetch at most every 30 seconds.
 *
 * @example
 * ```ts
 * const keys = createKeys({ authorityHost: new URL('https://login.microsoftonline.com') });
 * const key = await keys.keyOf(tenantId, '2.0', kid);
 * ```
 */
export function createKeys({
  authorityHost,
  customSigningKeysFor,
  now = Date.now,
}: KeysOptions): Keys {
  const sources = new Map<string, Source>();

  async function load(
    tenantId: string,
    version: Version,
    current: Documents | undefined,
  ): Promise<Documents> {
    const isMetadataFresh = current !== undefined && now() - current.metadataFetchedAt < maxAge;
    const metadata = isMetadataFresh
      ? current.metadata
      : await fetchMetadata(authorityHost, tenantId, version, customSigningKeysFor);
    const keySet = await fetchDocument('keys', metadata.jwksUri);
    const keys = await readKeySet(keySet, tenantId, metadata.issuer, current?.keys);
    const metadataFetchedAt = isMetadataFresh ? current.metadataFetchedAt : now();
    return { metadata, metadataFetchedAt, keys };
  }

  function sourceOf(tenantId: string, version: Version): Source {
    const name = `${tenantId} ${version}`;
    const known = sources.get(name);
    if (known) return known;
    const cache = createRefreshingCache<Documents>({
      load: (current) => load(tenantId, version, current),
      isUsable: (_documents, age) => age < maxUsableAge,
      isStale: (_documents, age) => age >= maxAge,
      cooldown: (_error, current) => (current ? cooldown : coldStartCooldown),
      now,
    });
    const source = { cache, refreshedForUnknownKeyAt: Number.NEGATIVE_INFINITY };
    sources.set(name, source);
    return source;
  }

  async function refreshForUnknownKey(source: Source): Promise<Documents> {
    source.refreshedForUnknownKeyAt = now();
    try {
      return await source.cache.refresh();
    } catch (error) {
      // A failed refresh does not show that the key is unknown. The next caller refreshes again,
      // and the cache throws the same error until its cooldown has passed.
      source.refreshedForUnknownKeyAt = Number.NEGATIVE_INFINITY;
      throw error;
    }
  }

  return {
    async metadataOf(tenantId, version) {
      const { metadata } = await sourceOf(tenantId, version).cache.get();
      return metadata;
    },

    async keyOf(tenantId, version, kid) {
      const source = sourceOf(tenantId, version);
      const cached = await source.cache.get();
      const key = cached.keys.get(kid);
      if (key) return key;

      const elapsed = now() - source.refreshedForUnknownKeyAt;
      const isCoolingDown = elapsed >= 0 && elapsed < cooldown;
      if (isCoolingDown && !source.cache.isLoading()) return undefined;
      const refreshed = await refreshForUnknownKey(source);
      return refreshed.keys.get(kid);
    },
  };
}

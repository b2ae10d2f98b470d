import { type CryptoKey, importJWK, type JWK } from 'jose';
import { createRefreshingCache, type RefreshingCache } from '../refreshing-cache.ts';
import type { JsonObject } from '../json.ts';
import {
  documentUnavailable,
  fetchDocument,
  fetchMetadata,
  type Metadata,
  type Version,
} from './metadata.ts';

/** A key that Entra publishes for signing access tokens, the issuer that the metadata names, and the one that the key set names for the key. */
export type SigningKey = Readonly<{
  key: CryptoKey;
  n: string;
  e: string;
  issuer: string;
  keyIssuer: string | undefined;
}>;

/** Where validation finds issuers and keys. Both throw ApiError `unavailable` when Entra cannot be reached and nothing good is held. */
export type Keys = ReturnType<typeof createKeys>;

/** What one source said, and when it last sent metadata, in milliseconds since 1970. */
type Held = {
  readonly metadata: Metadata;
  readonly metadataAt: number;
  readonly keys: ReadonlyMap<string, SigningKey>;
};

/** Milliseconds: how long a set is fresh, and usable when Entra is down; between two fetches, with keys at hand and with none. */
const limits = {
  fresh: 60 * 60_000,
  usable: 24 * 60 * 60_000,
  between: 30_000,
  betweenCold: 5_000,
};

const life = {
  isUsable: (_: Held, age: number) => age < limits.usable,
  isStale: (_: Held, age: number) => age >= limits.fresh,
  rest: (_: unknown, held: Held | undefined) => (held ? limits.between : limits.betweenCold),
};

/**
 * A store of Entra's issuers and keys: fetched once by however many ask at once, refreshed in the background after an hour,
 * kept for 24 hours when Entra is down, swapped only for a set that is good, and asked again for an unknown key at most every 30 s,
 * failures included (https://learn.microsoft.com/entra/identity-platform/signing-key-rollover).
 */
export function createKeys({
  authorityHost,
  now = Date.now,
}: {
  readonly authorityHost: URL;
  readonly now?: () => number;
}) {
  /** One for each tenant and version, and when an unknown key was last asked for. */
  const sources = new Map<string, RefreshingCache<Held>>();
  const asked = new WeakMap<RefreshingCache<Held>, number>();

  async function load(tenantId: string, version: Version, held: Held | undefined): Promise<Held> {
    const known = held && now() - held.metadataAt < limits.fresh ? held : undefined;
    const metadata = known?.metadata ?? (await fetchMetadata(authorityHost, tenantId, version));
    const keys = await readKeySet(
      await fetchDocument('keys', metadata.jwksUri),
      tenantId,
      metadata.issuer,
      held?.keys,
    );
    return { metadata, metadataAt: known?.metadataAt ?? now(), keys };
  }

  function sourceOf(tenantId: string, version: Version): RefreshingCache<Held> {
    const name = `${tenantId} ${version}`;
    const source =
      sources.get(name) ??
      createRefreshingCache<Held>({ load: (held) => load(tenantId, version, held), ...life, now });
    sources.set(name, source);
    return source;
  }

  return {
    metadataOf: async (tenantId: string, version: Version): Promise<Metadata> =>
      (await sourceOf(tenantId, version).get()).metadata,
    /** The key of that id, or `undefined` where Entra publishes none. */
    async keyOf(tenantId: string, version: Version, kid: string): Promise<SigningKey | undefined> {
      const source = sourceOf(tenantId, version);
      const known = (await source.get()).keys.get(kid);
      if (known) return known;
      const since = now() - (asked.get(source) ?? Number.NEGATIVE_INFINITY);
      if (since >= 0 && since < limits.between && !source.isLoading()) return undefined;
      asked.set(source, now());
      const { keys } = await source.renew().catch((failure: unknown) => {
        asked.delete(source);
        throw failure;
      });
      return keys.get(kid);
    },
  };
}

/** Reads a key set (RFC 7517): unusable keys are skipped, a set without a usable one is refused. A key that did not change keeps its identity. */
async function readKeySet(
  { keys }: JsonObject,
  tenantId: string,
  issuer: string,
  before?: Held['keys'],
): Promise<Held['keys']> {
  const good = new Map<string, SigningKey>();
  for (const jwk of Array.isArray(keys) ? (keys as EntraKey[]) : []) {
    if (!isSigningKey(jwk) || good.has(jwk.kid)) continue;
    const { kid, kty, n, e } = jwk;
    const known = before?.get(kid);
    const key =
      known?.n === n && known.e === e
        ? known.key
        : await importJWK({ kty, n, e }, 'RS256').catch(() => undefined);
    if (key)
      good.set(kid, {
        key: key as CryptoKey,
        n,
        e,
        issuer,
        keyIssuer: jwk.issuer?.replace('{tenantid}', tenantId),
      });
  }
  if (good.size === 0) throw documentUnavailable('keys', 'no usable key');
  return good;
}

/** Entra names the issuer that each key is for, beside what RFC 7517 knows. */
type EntraKey = JWK & { issuer?: string };

/** A public RSA key of at least 2048 bits for signatures (RFC 7518 §3.3), with the exponent everybody uses or a larger odd one. */
function isSigningKey(
  jwk: EntraKey | null,
): jwk is EntraKey & { kty: 'RSA'; kid: string; n: string; e: string } {
  if (typeof jwk !== 'object' || jwk === null || jwk.kty !== 'RSA' || typeof jwk.kid !== 'string')
    return false;
  if (jwk.issuer !== undefined && typeof jwk.issuer !== 'string') return false;
  if (
    (jwk.use !== undefined && jwk.use !== 'sig') ||
    (jwk.alg !== undefined && jwk.alg !== 'RS256')
  )
    return false;
  if (['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'].some((part) => part in jwk)) return false;
  const [n, e] = [jwk.n, jwk.e].map((part) =>
    typeof part === 'string' ? Buffer.from(part, 'base64url') : Buffer.alloc(0),
  );
  const modulus = BigInt(`0x0${n?.toString('hex')}`);
  const exponent = BigInt(`0x0${e?.toString('hex')}`);
  return (
    modulus >= 1n << 2047n && exponent >= 65_537n && exponent < 1n << 32n && exponent % 2n === 1n
  );
}

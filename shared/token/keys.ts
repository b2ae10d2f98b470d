import { type CryptoKey, importJWK, type JWK } from 'jose';
import { Denial } from '../denial.ts';
import { documentUnavailable, fetchDocument, fetchMetadata, type Metadata } from './metadata.ts';

/** A key that Entra publishes for signing access tokens. */
export interface SigningKey {
  readonly key: CryptoKey;
  readonly modulus: string;
  /** The issuer that the key is published for, where the key set says so. */
  readonly issuer: string | undefined;
}

export type Version = '1.0' | '2.0';

/** Where validation finds issuers and keys. Both throw Denial `unavailable` when Entra cannot be reached and nothing good is held. */
export interface Keys {
  metadataOf(tenantId: string, version: Version): Promise<Metadata>;
  /** The key of that id, or `undefined` where Entra publishes none. */
  keyOf(tenantId: string, version: Version, kid: string): Promise<SigningKey | undefined>;
}

interface Held {
  readonly metadata: Metadata;
  readonly keys: ReadonlyMap<string, SigningKey>;
  /** When the keys, and the metadata, were last fetched whole and good; milliseconds. */
  readonly fetchedAt: number;
  readonly metadataAt: number;
}

/** One (tenant, version): what is held, the one fetch under way, why the last one failed, and when it began if it did or was for an unknown key. */
interface Source {
  held?: Held;
  loading?: Promise<Held> | undefined;
  failure?: Denial | undefined;
  triedAt: number;
}

/** Milliseconds: how long a set is fresh, and usable when Entra is down; between two fetches, with keys at hand and with none. */
const limits = { fresh: 60 * 60_000, usable: 24 * 60 * 60_000, between: 30_000, betweenCold: 5_000 };

/**
 * A store of Entra's issuers and keys: fetched once by however many ask at once, refreshed in the background after an hour,
 * kept for 24 hours when Entra is down, swapped only for a set that is good, and asked again for an unknown key at most every 30 s,
 * failures included (https://learn.microsoft.com/entra/identity-platform/signing-key-rollover).
 */
export function createKeys({ authorityHost, now = Date.now }: { readonly authorityHost: URL; readonly now?: () => number }): Keys {
  const sources = new Map<string, Source>();

  function mayTry({ loading, held, triedAt }: Source): boolean {
    const since = now() - triedAt;
    return loading !== undefined || since < 0 || since >= (held ? limits.between : limits.betweenCold);
  }

  async function fetchKeys(source: Source, tenantId: string, version: Version): Promise<Held> {
    source.triedAt = now();
    const { held } = source;
    const known = held && now() - held.metadataAt < limits.fresh ? held : undefined;
    const metadata = known?.metadata ?? (await fetchMetadata(authorityHost, tenantId, version));
    const keys = await readKeySet(await fetchDocument('keys', metadata.jwksUri), tenantId, held?.keys);
    source.held = { metadata, keys, fetchedAt: now(), metadataAt: known?.metadataAt ?? now() };
    source.failure = undefined;
    return source.held;
  }

  function load(source: Source, tenantId: string, version: Version): Promise<Held> {
    source.loading ??= fetchKeys(source, tenantId, version)
      .catch((error: unknown) => {
        source.failure = error instanceof Denial ? error : documentUnavailable('keys', 'unreadable');
        throw source.failure;
      })
      .finally(() => {
        source.loading = undefined;
      });
    return source.loading;
  }

  /** A fetch for its own sake: when it went well, an unknown key may be asked for at once. */
  async function refresh(source: Source, tenantId: string, version: Version): Promise<Held> {
    const held = await load(source, tenantId, version);
    source.triedAt = Number.NEGATIVE_INFINITY;
    return held;
  }

  async function hold(tenantId: string, version: Version): Promise<Source & { readonly held: Held }> {
    const name = `${tenantId} ${version}`;
    const source = sources.get(name) ?? { triedAt: Number.NEGATIVE_INFINITY };
    sources.set(name, source);
    const age = now() - (source.held?.fetchedAt ?? Number.NEGATIVE_INFINITY);
    if (source.held && age < limits.usable) {
      if (age >= limits.fresh && mayTry(source)) refresh(source, tenantId, version).catch(() => {});
    } else if (mayTry(source)) await refresh(source, tenantId, version);
    else throw source.failure ?? documentUnavailable('keys', 'waiting');
    return source as Source & { held: Held };
  }

  return {
    metadataOf: async (tenantId, version) => (await hold(tenantId, version)).held.metadata,
    async keyOf(tenantId, version, kid) {
      const source = await hold(tenantId, version);
      const known = source.held.keys.get(kid);
      if (known) return known;
      if (mayTry(source)) return (await load(source, tenantId, version)).keys.get(kid);
      if (source.failure) throw source.failure;
      return undefined;
    },
  };
}

/** Reads a key set (RFC 7517): unusable keys are skipped, a set without a usable one is refused. A key that did not change keeps its identity. */
async function readKeySet({ keys }: Record<string, unknown>, tenantId: string, before: Held['keys'] = new Map()): Promise<Held['keys']> {
  const good = new Map<string, SigningKey>();
  for (const jwk of Array.isArray(keys) ? (keys as EntraKey[]) : []) {
    if (!isSigningKey(jwk) || good.has(jwk.kid)) continue;
    const known = before.get(jwk.kid);
    const key =
      known?.modulus === jwk.n ? known.key : await importJWK({ kty: jwk.kty, n: jwk.n, e: jwk.e }, 'RS256').catch(() => undefined);
    const issuer = jwk.issuer?.replace('{tenantid}', tenantId);
    if (key) good.set(jwk.kid, { key: key as CryptoKey, modulus: jwk.n, issuer });
  }
  if (good.size === 0) throw documentUnavailable('keys', 'no usable key');
  return good;
}

/** Entra names the issuer that each key is for, beside what RFC 7517 knows. */
type EntraKey = JWK & { issuer?: string };

/** A public RSA key of at least 2048 bits for signatures (RFC 7518 §3.3), with the exponent everybody uses or a larger odd one. */
function isSigningKey(jwk: EntraKey | null): jwk is EntraKey & { kty: 'RSA'; kid: string; n: string; e: string } {
  if (typeof jwk !== 'object' || jwk === null || jwk.kty !== 'RSA' || typeof jwk.kid !== 'string') return false;
  if (jwk.issuer !== undefined && typeof jwk.issuer !== 'string') return false;
  if ((jwk.use !== undefined && jwk.use !== 'sig') || (jwk.alg !== undefined && jwk.alg !== 'RS256')) return false;
  if (['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'].some((part) => part in jwk)) return false;
  const [n, e] = [jwk.n, jwk.e].map((part) => (typeof part === 'string' ? Buffer.from(part, 'base64url') : Buffer.alloc(0)));
  const modulus = BigInt(`0x0${n?.toString('hex')}`);
  const exponent = BigInt(`0x0${e?.toString('hex')}`);
  return modulus >= 1n << 2047n && exponent >= 65_537n && exponent < 1n << 32n && exponent % 2n === 1n;
}

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

/** Where validation finds issuers and keys. Both throw Denial `unavailable` when Entra cannot be reached and nothing good is held. */
export interface Keys {
  metadataOf(tenantId: string, version: '1.0' | '2.0'): Promise<Metadata>;
  /** The key of that id, or `undefined` where Entra publishes none. */
  keyOf(tenantId: string, version: '1.0' | '2.0', kid: string): Promise<SigningKey | undefined>;
}

interface Held {
  readonly metadata: Metadata;
  readonly keys: ReadonlyMap<string, SigningKey>;
  /** When the keys, and the metadata, were last fetched whole and good; milliseconds. */
  readonly fetchedAt: number;
  readonly metadataAt: number;
}

/** One (tenant, version): what is held, and the one fetch under way. */
interface Source {
  held?: Held;
  loading?: Promise<Held> | undefined;
  /** When the last fetch began that failed or was made for an unknown key; milliseconds. */
  triedAt: number;
  failure?: Denial | undefined;
}

const hour = 60 * 60_000;
const fresh = hour;
const usable = 24 * hour;
/** Between two fetches: with keys at hand, and with none. */
const between = 30_000;
const betweenCold = 5_000;

/**
 * A store of Entra's issuers and keys: fetched once by however many ask at once, refreshed in the background after an hour,
 * kept for 24 hours when Entra is down, swapped only for a set that is good, and asked again for an unknown key at most every 30 s,
 * failures included (https://learn.microsoft.com/entra/identity-platform/signing-key-rollover).
 */
export function createKeys({ authorityHost, now = Date.now }: { readonly authorityHost: URL; readonly now?: () => number }): Keys {
  const sources = new Map<string, Source>();

  const mayTry = (source: Source) =>
    source.loading !== undefined || now() - source.triedAt >= (source.held ? between : betweenCold) || now() < source.triedAt;

  function load(source: Source, tenantId: string, version: '1.0' | '2.0'): Promise<Held> {
    source.loading ??= (async () => {
      source.triedAt = now();
      try {
        const { held } = source;
        const known = held && now() - held.metadataAt < fresh ? held : undefined;
        const metadata = known?.metadata ?? (await fetchMetadata(authorityHost, tenantId, version));
        const keys = await readKeySet(await fetchDocument('keys', metadata.jwksUri), tenantId, held?.keys);
        source.held = { metadata, keys, fetchedAt: now(), metadataAt: known?.metadataAt ?? now() };
        source.failure = undefined;
        return source.held;
      } catch (error) {
        source.failure = error instanceof Denial ? error : documentUnavailable('keys', 'unreadable');
        throw source.failure;
      } finally {
        source.loading = undefined;
      }
    })();
    return source.loading;
  }

  /** A fetch for its own sake: when it went well, an unknown key may be asked for at once. */
  async function refresh(source: Source, tenantId: string, version: '1.0' | '2.0'): Promise<Held> {
    const held = await load(source, tenantId, version);
    source.triedAt = Number.NEGATIVE_INFINITY;
    return held;
  }

  async function hold(tenantId: string, version: '1.0' | '2.0'): Promise<{ source: Source; held: Held }> {
    const name = `${tenantId} ${version}`;
    const source = sources.get(name) ?? { triedAt: Number.NEGATIVE_INFINITY };
    sources.set(name, source);
    const age = source.held ? now() - source.held.fetchedAt : Number.POSITIVE_INFINITY;
    if (source.held && age < usable) {
      if (age >= fresh && mayTry(source)) refresh(source, tenantId, version).catch(() => {});
      return { source, held: source.held };
    }
    if (!mayTry(source)) throw source.failure ?? documentUnavailable('keys', 'waiting');
    return { source, held: await refresh(source, tenantId, version) };
  }

  return {
    metadataOf: async (tenantId, version) => (await hold(tenantId, version)).held.metadata,
    async keyOf(tenantId, version, kid) {
      const { source, held } = await hold(tenantId, version);
      const known = held.keys.get(kid);
      if (known) return known;
      if (mayTry(source)) return (await load(source, tenantId, version)).keys.get(kid);
      if (source.failure) throw source.failure;
      return undefined;
    },
  };
}

/** Reads a key set (RFC 7517): unusable keys are skipped, a set without a usable one is refused. A key that did not change keeps its identity. */
async function readKeySet(
  { keys }: Record<string, unknown>,
  tenantId: string,
  before: ReadonlyMap<string, SigningKey> = new Map(),
): Promise<ReadonlyMap<string, SigningKey>> {
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

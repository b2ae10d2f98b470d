import { createPublicKey } from 'node:crypto';
import { type CryptoKey, importJWK, type JWK } from 'jose';
import type { JsonObject } from '../json.ts';
import { documentUnavailable } from './metadata.ts';

/** A key with which Entra ID signs access tokens. */
export type SigningKey = {
  /** The public key. It stays the same object as long as Entra ID publishes the same key. */
  readonly key: CryptoKey;

  /** The modulus in base64url. */
  readonly n: string;

  /** The exponent in base64url. */
  readonly e: string;

  /** The issuer that the tenant's metadata names. */
  readonly issuer: string;

  /** The issuer that the key set names for this key, if it does. */
  readonly keyIssuer: string | undefined;
};

/** A key as Entra ID publishes it. Entra ID adds `issuer` to the members of RFC 7517. */
type EntraKey = JWK & { readonly issuer?: string };

/** A key whose members have the required types. */
type RsaSigningKey = EntraKey & {
  readonly kty: 'RSA';
  readonly kid: string;
  readonly n: string;
  readonly e: string;
};

/** The smallest accepted RSA modulus, in bits (RFC 7518 §3.3). */
const minModulusLength = 2048;

/** The smallest accepted RSA exponent. */
const minExponent = 65_537n;

/** The largest accepted RSA exponent. */
const maxExponent = 2n ** 32n - 1n;

/** Members of private and symmetric keys (RFC 7518 §6.3.2 and §6.4). */
const secretMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'];

/**
 * Reads a key set (RFC 7517). Unusable keys are skipped. A key that has not changed keeps its
 * {@link SigningKey.key} object, so that verified signatures stay cached.
 *
 * @param keySet The document that contains the keys.
 * @param issuer The issuer that the tenant's metadata names.
 * @param current The keys that were read before, by their ids.
 * @throws {ApiError} `unavailable` if no key is usable.
 *
 * @example
 * ```ts
 * const keySet = await fetchDocument('keys', metadata.jwksUri);
 * const keys = await readKeySet(keySet, tenantId, metadata.issuer, undefined);
 * ```
 */
export async function readKeySet(
  keySet: JsonObject,
  tenantId: string,
  issuer: string,
  current: ReadonlyMap<string, SigningKey> | undefined,
): Promise<ReadonlyMap<string, SigningKey>> {
  const signingKeys = new Map<string, SigningKey>();
  for (const jwk of Array.isArray(keySet.keys) ? keySet.keys : []) {
    if (!isSigningKey(jwk) || signingKeys.has(jwk.kid)) continue;
    const { kid, n, e } = jwk;
    const known = current?.get(kid);
    const key = known?.n === n && known.e === e ? known.key : await importKey(jwk);
    if (!key) continue;
    const keyIssuer = jwk.issuer?.replace('{tenantid}', tenantId);
    signingKeys.set(kid, { key, n, e, issuer, keyIssuer });
  }
  if (signingKeys.size === 0) throw documentUnavailable('keys', 'no usable key');
  return signingKeys;
}

async function importKey({ kty, n, e }: RsaSigningKey): Promise<CryptoKey | undefined> {
  try {
    return (await importJWK({ kty, n, e }, 'RS256')) as CryptoKey;
  } catch {
    return undefined;
  }
}

/** Whether an entry of a key set is a public RSA key for signatures with RS256. */
function isSigningKey(jwk: EntraKey | null): jwk is RsaSigningKey {
  if (typeof jwk !== 'object' || jwk === null) return false;
  if (jwk.kty !== 'RSA' || typeof jwk.kid !== 'string') return false;
  if (jwk.issuer !== undefined && typeof jwk.issuer !== 'string') return false;
  if (jwk.use !== undefined && jwk.use !== 'sig') return false;
  if (jwk.alg !== undefined && jwk.alg !== 'RS256') return false;
  if (secretMembers.some((member) => member in jwk)) return false;
  return hasAcceptedSize(jwk);
}

/** Whether the modulus is long enough, and the exponent is odd and in the accepted range. */
function hasAcceptedSize({ n, e }: JWK): boolean {
  if (typeof n !== 'string' || typeof e !== 'string') return false;
  try {
    const publicKey = createPublicKey({ key: { kty: 'RSA', n, e }, format: 'jwk' });
    const { modulusLength = 0, publicExponent = 0n } = publicKey.asymmetricKeyDetails ?? {};
    const isInRange = publicExponent >= minExponent && publicExponent <= maxExponent;
    const isOdd = publicExponent % 2n === 1n;
    return modulusLength >= minModulusLength && isInRange && isOdd;
  } catch {
    return false;
  }
}

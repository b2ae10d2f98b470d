import { constants, createPublicKey, type JsonWebKey, type KeyObject, sign } from 'node:crypto';

/**
 * A change to the header or the claims of a token. The members of an object replace those of the
 * token; `undefined` removes one. A string or a buffer replaces the whole part.
 */
export type Part = Readonly<Record<string, unknown>> | string | Buffer;

/** Changes to a token. */
export interface TokenParts {
  /** Changes to the header. */
  readonly header?: Part;
  /** Changes to the claims. */
  readonly claims?: Part;
}

/** Computes the signature of `header.payload`. */
export type Signer = (input: string) => Buffer;

/** A decoded token. */
export interface DecodedToken {
  /** The JOSE header. */
  readonly header: Readonly<Record<string, unknown>>;
  /** The claims. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** Header, payload and signature in base64url. */
  readonly segments: readonly [header: string, payload: string, signature: string];
}

/**
 * Decodes a well-formed token without verifying it.
 * @throws {Error} when the token is not a JWT
 */
export function decodeJwt(token: string): DecodedToken {
  const [header, payload, signature, ...rest] = token.split('.');
  if (!header || !payload || !signature || rest.length > 0)
    throw new Error('The token does not consist of three segments.');
  return {
    header: decodeSegment(header),
    claims: decodeSegment(payload),
    segments: [header, payload, signature],
  };
}

function decodeSegment(segment: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(segment, 'base64url').toString('utf8'));
}

/** Encodes a string, a buffer, or any other value as JSON, in base64url. */
export function base64url(value: Part | unknown[]): string {
  const bytes = typeof value === 'string' || Buffer.isBuffer(value) ? value : JSON.stringify(value);
  return Buffer.from(bytes).toString('base64url');
}

/** Changes parts of a token and returns the signing input `header.payload`. */
export function createSigningInput(
  token: DecodedToken,
  { header = {}, claims = {} }: TokenParts,
): string {
  return `${base64url(change(token.header, header))}.${base64url(change(token.claims, claims))}`;
}

function change(original: object, part: Part): Part {
  return typeof part === 'string' || Buffer.isBuffer(part) ? part : { ...original, ...part };
}

/** Appends a signature to a signing input. */
export function appendSignature(input: string, signer: Signer): string {
  return `${input}.${signer(input).toString('base64url')}`;
}

/** Creates a signer with RSASSA-PKCS1-v1_5: RS256 by default. */
export function rsa(key: KeyObject, hash = 'sha256'): Signer {
  return (input) => sign(hash, Buffer.from(input), key);
}

/** Creates a signer with RSASSA-PSS: PS256 by default. */
export function rsaPss(key: KeyObject, hash = 'sha256'): Signer {
  const options = {
    key,
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
  };
  return (input) => sign(hash, Buffer.from(input), options);
}

/** Creates a signer with ECDSA and SHA-256: ES256 for a P-256 key. */
export function ecdsa(key: KeyObject): Signer {
  return (input) => sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
}

/** An encoding of a public key. */
export type KeyEncoding = readonly [name: string, encoded: string | Buffer];

/**
 * Lists the encodings of a public RSA key that a careless verifier might use as the secret of an
 * HMAC (algorithm confusion).
 */
export function encodePublicKey(jwk: JsonWebKey): readonly KeyEncoding[] {
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  const pem = key.export({ type: 'spki', format: 'pem' }).toString();
  const pkcs1 = key.export({ type: 'pkcs1', format: 'pem' }).toString();
  const modulus = String(jwk.n);
  return [
    ['PEM', pem],
    ['PEM without the final newline', pem.trimEnd()],
    ['PEM with CRLF', pem.replaceAll('\n', '\r\n')],
    ['PEM on one line', pem.replace(/-----.*?-----|\s/g, '')],
    ['PKCS#1 PEM', pkcs1],
    ['PKCS#1 PEM without the final newline', pkcs1.trimEnd()],
    ['DER', key.export({ type: 'spki', format: 'der' })],
    ['PKCS#1 DER', key.export({ type: 'pkcs1', format: 'der' })],
    ['JWK', JSON.stringify(jwk)],
    ['JWK with only the required members', JSON.stringify({ e: jwk.e, kty: jwk.kty, n: jwk.n })],
    ['modulus in base64url', modulus],
    ['modulus', Buffer.from(modulus, 'base64url')],
    ['kid', String((jwk as { kid?: unknown }).kid)],
  ];
}

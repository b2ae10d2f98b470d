import { constants, createPublicKey, type JsonWebKey, type KeyObject, sign } from 'node:crypto';

/** Members to replace; `undefined` leaves one out. A text or bytes emulators for the whole part as it is. */
export type Part = Readonly<Record<string, unknown>> | string | Buffer;

/** Makes a signature over `header.payload`. */
export type Signer = (input: string) => Buffer;

export interface TakenApart {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly segments: readonly [string, string, string];
}

/** Takes a token apart that is known to be one. @throws Error for anything else */
export function takeApart(token: string): TakenApart {
  const [header, payload, signature, ...rest] = token.split('.');
  if (!header || !payload || !signature || rest.length > 0)
    throw new Error('The token is not of three segments.');
  const read = (segment: string) => JSON.parse(Buffer.from(segment, 'base64url').toString('utf8'));
  return { header: read(header), claims: read(payload), segments: [header, payload, signature] };
}

export const base64url = (part: Part | unknown[]): string =>
  Buffer.from(
    typeof part === 'string' || Buffer.isBuffer(part) ? part : JSON.stringify(part),
  ).toString('base64url');

/** `good` with parts changed, not signed yet: `header.payload`. */
export function unsigned(
  good: TakenApart,
  { header = {}, claims = {} }: { readonly header?: Part; readonly claims?: Part },
): string {
  const change = (original: object, part: Part) =>
    typeof part === 'string' || Buffer.isBuffer(part) ? part : { ...original, ...part };
  return `${base64url(change(good.header, header))}.${base64url(change(good.claims, claims))}`;
}

export const signedBy = (input: string, signer: Signer): string =>
  `${input}.${signer(input).toString('base64url')}`;

/** RSA PKCS#1 v1.5 (RS256 and its like). */
export const rsa =
  (key: KeyObject, hash = 'sha256'): Signer =>
  (input) =>
    sign(hash, Buffer.from(input), key);

export const rsaPss =
  (key: KeyObject, hash = 'sha256'): Signer =>
  (input) =>
    sign(hash, Buffer.from(input), {
      key,
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
    });

export const ecdsa =
  (key: KeyObject): Signer =>
  (input) =>
    sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });

/** Everything that a careless verifier could take a published RSA key for when it is asked for a shared secret. */
export function spellings(jwk: JsonWebKey): readonly [string, string | Buffer][] {
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  const pem = key.export({ type: 'spki', format: 'pem' }).toString();
  const pkcs1 = key.export({ type: 'pkcs1', format: 'pem' }).toString();
  const modulus = String(jwk.n);
  return [
    ['PEM', pem],
    ['PEM without its last line break', pem.trimEnd()],
    ['PEM with CRLF', pem.replaceAll('\n', '\r\n')],
    ['PEM on one line', pem.replace(/-----.*?-----|\s/g, '')],
    ['PKCS#1 PEM', pkcs1],
    ['PKCS#1 PEM without its last line break', pkcs1.trimEnd()],
    ['DER', key.export({ type: 'spki', format: 'der' })],
    ['PKCS#1 DER', key.export({ type: 'pkcs1', format: 'der' })],
    ['JWK', JSON.stringify(jwk)],
    ['JWK of the required members', JSON.stringify({ e: jwk.e, kty: jwk.kty, n: jwk.n })],
    ['modulus in base64url', modulus],
    ['modulus', Buffer.from(modulus, 'base64url')],
    ['kid', String((jwk as { kid?: unknown }).kid)],
  ];
}

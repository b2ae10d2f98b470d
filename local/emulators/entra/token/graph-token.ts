/**
 * Access tokens for Microsoft Graph. Their header has a `nonce`, but the signature covers a header
 * that has the SHA-256 hash of the nonce instead. So only Graph can verify such a token.
 * https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-tokens
 */
import { createHash, randomBytes } from 'node:crypto';
import type { SigningKeys } from '../signing-keys.ts';

type Header = Readonly<Record<string, unknown>>;

function hashNonce(nonce: string): string {
  return createHash('sha256').update(nonce).digest('base64url');
}

/** @throws {SyntaxError} when the segment is not JSON */
function readHeader(segment: string): Header {
  return JSON.parse(Buffer.from(segment, 'base64url').toString('utf8'));
}

function replaceNonce(token: string, nonce: string): string {
  const [segment = '', ...otherSegments] = token.split('.');
  const header = JSON.stringify({ ...readHeader(segment), nonce });
  return [Buffer.from(header).toString('base64url'), ...otherSegments].join('.');
}

/** Signs claims as a compact JWS that only `verifyGraphToken` can verify. */
export async function signGraphToken(signingKeys: SigningKeys, claims: object): Promise<string> {
  const nonce = randomBytes(32).toString('base64url');
  const token = await signingKeys.sign(claims, { nonce: hashNonce(nonce) });
  return replaceNonce(token, nonce);
}

/**
 * Verifies the signature of any access token, as Graph does, and returns the claims without
 * checking them.
 * @throws {Error} when no published key signed the token.
 */
export async function verifyGraphToken(
  signingKeys: SigningKeys,
  token: string,
): Promise<Readonly<Record<string, unknown>>> {
  const { nonce } = readHeader(token.split('.')[0] ?? '');
  const signedToken = typeof nonce === 'string' ? replaceNonce(token, hashNonce(nonce)) : token;
  return signingKeys.verify(signedToken);
}

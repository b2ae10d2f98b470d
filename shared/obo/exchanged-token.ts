import { ApiError } from '../api-error.ts';
import { readJsonObject } from '../json.ts';
import { type Redacted, redact } from '../redacted.ts';
import type { Caller } from '../token/caller.ts';
import { claimValues } from '../token/checks.ts';
import { maxTokenLength } from '../token/parse.ts';

/** Token B: an access token for the downstream API and the same user. */
export type ExchangedToken = {
  /** The token. It prints as `[redacted]`. */
  readonly token: Redacted;
  /** When the token expires, in milliseconds since 1970. */
  readonly expiresOnTimestamp: number;
};

/** A token as the token endpoint issued it. */
export type IssuedToken = {
  /** The access token. */
  readonly accessToken: string;
  /** Milliseconds for which it is valid, from `expires_in`. */
  readonly lifetime: number;
};

/** The user and the API that token B must be for. */
type ExpectedToken = {
  /** The user whom the token must be for. */
  readonly caller: Caller;
  /**
   * The audiences of the downstream API. The token must have exactly one of them. Without them, the
   * token is opaque.
   */
  readonly audiences?: readonly string[] | undefined;
};

/** The characters of a bearer token (RFC 6750 §2.1). */
const bearerToken = /^[\w.~+/-]+=*$/;

/** Three parts in base64url (RFC 7515 §7.1). The payload is the only group. */
const compactJws = /^[\w-]+\.([\w-]+)\.[\w-]+$/;

/**
 * Reads token B. If the audiences of the downstream API are known, it must be a delegated token for
 * the same user and that API. If they are not, the token is not parsed, because only its API may
 * interpret it
 * (https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-tokens).
 *
 * The signature is not checked: the token came from Entra over TLS, and the downstream API is the
 * one that must validate it.
 *
 * @param now the current time in milliseconds since 1970
 * @throws {ApiError} `bad_gateway` if the token is not usable
 * @example
 * ```ts
 * const { token, expiresOnTimestamp } = readExchangedToken(issued, request, Date.now());
 * ```
 */
export function readExchangedToken(
  { accessToken, lifetime }: IssuedToken,
  { caller, audiences }: ExpectedToken,
  now: number,
): ExchangedToken {
  if (accessToken.length > maxTokenLength) throw unusableToken('too long');
  if (!audiences && !bearerToken.test(accessToken)) throw unusableToken('not a bearer token');
  const expiresOnTimestamp = audiences
    ? readExpiry(accessToken, caller, audiences)
    : now + lifetime;
  // An `expires_in` out of range becomes NaN, which is rejected here.
  if (!(expiresOnTimestamp > now)) throw unusableToken('expired');
  return { token: redact(accessToken), expiresOnTimestamp };
}

/** Checks a token for one's own API and returns its expiry, in milliseconds since 1970. */
function readExpiry(accessToken: string, caller: Caller, audiences: readonly string[]): number {
  const payload = compactJws.exec(accessToken)?.[1] ?? '';
  const claims = readJsonObject(Buffer.from(payload, 'base64url'));
  if (!claims) throw unusableToken('not a JWT');

  if (claims.oid !== caller.objectId || claims.tid !== caller.tenantId)
    throw unusableToken('another user');

  const [audience, ...otherAudiences] = claimValues(claims.aud);
  if (otherAudiences.length > 0 || !audiences.includes(String(audience)))
    throw unusableToken('another audience');

  if (typeof claims.exp !== 'number' || typeof claims.scp !== 'string')
    throw unusableToken('not a delegated token');
  return claims.exp * 1_000;
}

const unusableToken = (reason: string) =>
  new ApiError('bad_gateway', { logContext: { check: 'token-b', reason } });

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

/** What token B must be for. */
type ExpectedToken = {
  /** The user whom the token must be for. */
  readonly caller: Caller;
  /** The audiences of the downstream API. The token must have exactly one of them. */
  readonly audiences: readonly string[];
};

/** Three parts in base64url (RFC 7515 §7.1). The payload is the only group. */
const compactJws = /^[\w-]+\.([\w-]+)\.[\w-]+$/;

/**
 * Reads token B and checks that it is a delegated token for the same user and the requested API.
 * The signature is not checked: the token came from Entra over TLS, and the downstream API is the
 * one that must validate it.
 *
 * @param now the current time in milliseconds since 1970
 * @throws ApiError `bad_gateway` if the token is not usable
 * @example
 * const { token, expiresOnTimestamp } = readExchangedToken(accessToken, request, Date.now());
 */
export function readExchangedToken(
  accessToken: string,
  { caller, audiences }: ExpectedToken,
  now: number,
): ExchangedToken {
  const payload = compactJws.exec(accessToken)?.[1] ?? '';
  const claims = readJsonObject(Buffer.from(payload, 'base64url'));
  if (!claims) throw unusableToken('not a JWT');
  if (accessToken.length > maxTokenLength) throw unusableToken('too long');

  if (claims.oid !== caller.objectId || claims.tid !== caller.tenantId)
    throw unusableToken('another user');

  const [audience, ...otherAudiences] = claimValues(claims.aud);
  if (otherAudiences.length > 0 || !audiences.includes(String(audience)))
    throw unusableToken('another audience');

  if (typeof claims.exp !== 'number' || typeof claims.scp !== 'string')
    throw unusableToken('not a delegated token');

  const expiresOnTimestamp = claims.exp * 1_000;
  if (expiresOnTimestamp <= now) throw unusableToken('expired');
  return { token: redact(accessToken), expiresOnTimestamp };
}

const unusableToken = (reason: string) =>
  new ApiError('bad_gateway', { logContext: { check: 'token-b', reason } });

import { ApiError } from '../api-error.ts';
import type { ApiRequest } from '../http/call.ts';
import { type Redacted, redact } from '../redacted.ts';

/** The scheme, one or more spaces, and a token (RFC 6750 §2.1). */
const bearerCredentials = /^bearer +([\w.~+/-]+=*)$/i;

const bearerScheme = /^bearer([ \t]|$)/i;

/** The functions host and `Headers` join repeated headers with commas. */
const joinedBearerScheme = /,\s*bearer\b/i;

/**
 * Reads the bearer token from the `Authorization` header. No other place is accepted (RFC 6750 §2).
 *
 * @throws {ApiError} `invalid_token` if there is no bearer token. Its challenge contains no error
 * (RFC 6750 §3.1).
 * @throws {ApiError} `invalid_request` if the header is malformed or contains two tokens, or if the
 * query also contains a token.
 *
 * @example
 * ```ts
 * const caller = await validate(readBearerToken(request));
 * ```
 */
export function readBearerToken({
  headers,
  query,
}: Pick<ApiRequest, 'headers' | 'query'>): Redacted {
  const header = headers.get('authorization') ?? '';
  if (!bearerScheme.test(header)) {
    if (joinedBearerScheme.test(header)) throw malformedCredentials('two credentials');
    throw missingCredentials();
  }
  if (query.has('access_token')) throw malformedCredentials('two transports');
  const token = bearerCredentials.exec(header)?.[1];
  if (!token) throw malformedCredentials('not one bearer token');
  return redact(token);
}

const missingCredentials = () =>
  new ApiError('invalid_token', {
    credentialsMissing: true,
    detail: 'Send an access token as a bearer token in the Authorization header.',
    logContext: { check: 'credentials' },
  });

const malformedCredentials = (check: string) =>
  new ApiError('invalid_request', {
    detail: 'The Authorization header must contain exactly one bearer token and nothing else.',
    logContext: { check },
  });

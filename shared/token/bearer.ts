import type { HttpRequest } from '@azure/functions';
import { ApiError } from '../api-error.ts';
import { type Redacted, redact } from '../redacted.ts';

/** What carries a request's credentials. */
type Credentials = Pick<HttpRequest, 'headers' | 'query'>;

const bearerToken = /^bearer +([\w.~+/-]+=*)$/i;

const words = {
  missing: 'Send an access token in the Authorization header, as a bearer token.',
  malformed: 'The Authorization header must hold exactly one bearer token and nothing else.',
};

/**
 * Takes the bearer token from the Authorization header, the only transport accepted (RFC 6750 §2.1).
 * @throws ApiError `invalid_token` without an error in the challenge where no bearer token was sent (§3.1);
 * `invalid_request` for a malformed header, two tokens (the host joins two headers with a comma) or two transports
 */
export function readBearerToken({ headers, query }: Credentials): Redacted {
  const header = headers.get('authorization')?.trim() ?? '';
  const [, token] = bearerToken.exec(header) ?? [];
  if (!token && !/^bearer( |$)/i.test(header))
    throw /,\s*bearer\b/i.test(header) ? malformed('two credentials') : missing();
  if (query.has('access_token')) throw malformed('two transports');
  if (!token) throw malformed('not one bearer token');
  return redact(token);
}

const missing = () =>
  new ApiError('invalid_token', {
    bare: true,
    detail: words.missing,
    logContext: { check: 'credentials' },
  });

const malformed = (check: string) =>
  new ApiError('invalid_request', { detail: words.malformed, logContext: { check } });

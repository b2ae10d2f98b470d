import { type ApiError, problems } from '../api-error.ts';
import { type ChallengeOptions, challengeOf } from './challenge.ts';

/** What the handler of a route returns. */
export type HandlerResult = {
  /** Default: 200. */
  readonly status?: number;

  /** Headers in addition to those that every response has. */
  readonly headers?: Readonly<Record<string, string>>;

  /** The value to send as a JSON body. Without it, the response has no body. */
  readonly json?: unknown;
};

/** A response that is ready to send. */
export type ApiResponse = {
  /** The HTTP status. */
  readonly status: number;

  /** All headers, by their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;

  /** The body as text. */
  readonly body?: string;
};

/** Seconds in `Retry-After` if the error names none. */
const defaultRetryAfter = 5;

/**
 * Writes the result of a handler as a response. A body gets a `Content-Length`, so that the
 * functions host does not send it in chunks.
 *
 * @throws {TypeError} The result's value cannot be written as JSON.
 *
 * @example
 * ```ts
 * toResponse({ status: 201, json: { id: '1' } });
 * ```
 */
export function toResponse(
  { status = 200, headers = {}, json }: HandlerResult,
  mediaType = 'application/json',
): ApiResponse {
  if (json === undefined) return { status, headers };
  const body = JSON.stringify(json);
  return {
    status,
    headers: {
      ...headers,
      'content-type': mediaType,
      'content-length': String(Buffer.byteLength(body)),
    },
    body,
  };
}

/**
 * Writes an error as a problem (RFC 9457) with its challenge (RFC 6750 §3).
 *
 * @throws {TypeError} The error's claims cannot be written as JSON.
 *
 * @example
 * ```ts
 * toProblemResponse(new ApiError('not_found'), { clientId, authorizationUri }, correlationId);
 * ```
 */
export function toProblemResponse(
  error: ApiError,
  challengeOptions: ChallengeOptions,
  correlationId: string,
): ApiResponse {
  const { code, options } = error;
  const { status, title, detail } = problems[code];

  const headers: Record<string, string> = {};
  if (code === 'unavailable')
    headers['retry-after'] = String(options.retryAfter ?? defaultRetryAfter);
  const challenge = challengeOf(error, challengeOptions);
  if (challenge) headers['www-authenticate'] = challenge;

  const json = {
    type: `urn:zero-trust-api-chain:${code}`,
    title,
    status,
    code,
    detail: options.detail ?? detail,
    correlationId,
    claims: options.claims,
    scopes: options.scopes,
  };
  return toResponse({ status, headers, json }, 'application/problem+json');
}

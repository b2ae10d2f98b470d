import { ApiError, type ApiErrorCode, notAnswering, problems } from '../api-error.ts';
import { type JsonObject, readJsonObject } from '../json.ts';
import { asClaims, readClaimsChallenge } from './read-challenge.ts';
import { type HttpResponse, readRetryAfter } from './send.ts';

/** A successful response of a downstream API. */
export type DownstreamResponse = {
  /** 200, 201 or 204. */
  readonly status: number;

  /** The `ETag` header. */
  readonly etag?: string | undefined;

  /** The body. A 204 has none. */
  readonly json?: JsonObject;
};

/** The largest body of a 401 that is searched for claims, in bytes. */
const maxChallengeSize = 64 * 1024;

/** The longest `detail` that is forwarded to the caller, in characters. */
const maxDetailLength = 500;

/**
 * Error codes of the downstream API that are forwarded to the caller: they are about the caller's
 * own request, or the service is unavailable. Any other error is a fault between the two APIs.
 */
const forwardedErrors: readonly ApiErrorCode[] = [
  'forbidden',
  'not_found',
  'conflict',
  'precondition_required',
  'bad_request',
  'too_large',
  'unsupported_media_type',
  'unavailable',
  'timeout',
];

/**
 * Returns the claims that a 401 of the downstream API requests, or `undefined`. They are in its
 * header or, if they are too long for a header, in its body.
 *
 * @example
 * ```ts
 * const claims = requestedClaims(response);
 * ```
 */
export function requestedClaims({ status, headers, body }: HttpResponse): JsonObject | undefined {
  if (status !== 401) return undefined;
  const claims = readClaimsChallenge(headers['www-authenticate'] ?? '');
  if (claims) return claims;
  if (body.length > maxChallengeSize) return undefined;
  const problem = readJsonObject(body);
  return problem?.code === 'step_up_required' ? asClaims(problem.claims) : undefined;
}

/**
 * Reads a response of the downstream API.
 *
 * @param method The method of the request: only a DELETE may succeed without a body.
 * @throws {ApiError} The error of the downstream API if it is forwarded, else `bad_gateway`.
 *
 * @example
 * ```ts
 * const { json, etag } = readResponse(response, 'GET');
 * ```
 */
export function readResponse(
  { status, headers, body }: HttpResponse,
  method: string,
): DownstreamResponse {
  if (status === 204 && method === 'DELETE') return { status };
  const json = readJsonObject(body);
  if (json && (status === 200 || status === 201)) return { status, etag: headers.etag, json };

  const logContext = { check: 'downstream', downstreamStatus: status };
  const code = forwardedErrors.find((each) => each === json?.code);
  if (!code || problems[code].status !== status)
    throw new ApiError('bad_gateway', {
      logContext: { ...logContext, downstreamCode: knownCode(json?.code) },
    });
  if (code === 'unavailable')
    throw new ApiError(code, {
      detail: notAnswering('downstream'),
      retryAfter: readRetryAfter(headers['retry-after']),
      logContext,
    });
  throw new ApiError(code, { detail: safeDetail(json?.detail), logContext });
}

/** The log takes no other text from a response. */
const knownCode = (code: unknown) => Object.keys(problems).find((known) => known === code);

/** Drops a detail that could contain an address, a path or text of Entra ID. */
function safeDetail(detail: unknown): string | undefined {
  if (typeof detail !== 'string' || detail.length > maxDetailLength) return undefined;
  return /^(?!.*AADSTS)[^\p{C}@/\\]*$/u.test(detail) ? detail : undefined;
}

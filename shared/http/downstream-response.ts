import { ApiError, type ApiErrorCode, notAnswering, problems } from '../api-error.ts';
import { type JsonObject, parseJson, readJsonObject } from '../json.ts';
import { asClaims, readClaimsChallenge } from './read-challenge.ts';
import { type HttpResponse, readRetryAfter } from './send.ts';

/** A response of a downstream API. The body is decoded when `json` or `text` is read. */
export type DownstreamResponse = {
  /** The HTTP status. */
  readonly status: number;

  /** Headers by their names in lower case. Repeated headers are joined with commas. */
  readonly headers: Readonly<Record<string, string | undefined>>;

  /**
   * The body as JSON: an object, a list or any other value. `undefined` if the response has no body
   * or another media type, or if its JSON is malformed or more than 32 levels deep.
   */
  readonly json: unknown;

  /** The body as text in UTF-8. Empty if there is none. */
  readonly text: string;

  /** The body as it was sent. Empty if there is none. */
  readonly bytes: Uint8Array;
};

/** How the errors of a downstream API are reported. */
export type DownstreamErrorOptions = {
  /** The name of the downstream API for the log and the error messages. */
  readonly name: string;

  /** Whether it is one's own API, built with this module. */
  readonly own: boolean;
};

/** The largest body of a 401 that is searched for claims, in bytes. */
const maxChallengeSize = 64 * 1024;

/** The longest `detail` that is forwarded to the caller, in characters. */
const maxDetailLength = 500;

/**
 * Error codes of one's own downstream API that are forwarded to the caller. The cause of these
 * errors is the caller's request or an outage. Any other error is a fault between the two APIs.
 */
const forwardedErrors: readonly ApiErrorCode[] = [
  'forbidden',
  'not_found',
  'state_conflict',
  'conflict',
  'precondition_required',
  'bad_request',
  'unprocessable',
  'too_large',
  'unsupported_media_type',
  'unavailable',
  'timeout',
];

/**
 * The errors for the statuses of any other downstream API (RFC 9110 §15). A status that is not
 * listed becomes `bad_gateway`: it is a fault of the service or of this app.
 */
const codesByStatus: Readonly<Partial<Record<number, ApiErrorCode>>> = {
  400: 'bad_request',
  403: 'forbidden',
  404: 'not_found',
  409: 'state_conflict',
  412: 'conflict',
  413: 'too_large',
  415: 'unsupported_media_type',
  422: 'unprocessable',
  428: 'precondition_required',
  429: 'unavailable',
  503: 'unavailable',
};

/** Replacements for default details that are true only of APIs that use this module. */
const details: Readonly<Partial<Record<ApiErrorCode, (name: string) => string>>> = {
  too_large: (name) => `The ${name} service does not accept content of this size.`,
  unsupported_media_type: (name) => `The ${name} service does not accept content of this type.`,
  precondition_required: (name) => `The ${name} service requires a precondition for this request.`,
};

/** `application/json` and every type that ends in `+json` (RFC 6839 §3.1). */
const jsonMediaType = /^\s*application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i;

const utf8 = new TextDecoder();

/**
 * Returns the claims that a 401 of a downstream API requests, or `undefined`. They are in its
 * header. One's own API sends claims that are too long for a header in the body.
 *
 * @param own Whether it is one's own API, built with this module.
 *
 * @example
 * ```ts
 * const claims = requestedClaims(response, false);
 * ```
 */
export function requestedClaims(
  { status, headers, body }: HttpResponse,
  own: boolean,
): JsonObject | undefined {
  if (status !== 401) return undefined;
  const claims = readClaimsChallenge(headers['www-authenticate'] ?? '');
  if (claims || !own || body.length > maxChallengeSize) return claims;
  const problem = readJsonObject(body);
  return problem?.code === 'step_up_required' ? asClaims(problem.claims) : undefined;
}

/**
 * Wraps a response so that its body is decoded only if the handler reads it.
 *
 * @example
 * ```ts
 * const { status, json } = toDownstreamResponse(response);
 * ```
 */
export const toDownstreamResponse = ({
  status,
  headers,
  body,
}: HttpResponse): DownstreamResponse => ({
  status,
  headers,
  bytes: body,
  get json() {
    const mediaType = headers['content-type'];
    const isJson = mediaType === undefined || jsonMediaType.test(mediaType);
    return isJson ? parseJson(body) : undefined;
  },
  get text() {
    return utf8.decode(body);
  },
});

/**
 * Returns whether a status means success.
 *
 * @example
 * ```ts
 * isSuccess(204); // true
 * ```
 */
export const isSuccess = (status: number) => status >= 200 && status <= 299;

/**
 * Returns the error that the caller receives for an error response. It takes only the `code` and
 * the `detail` of one's own API, and a `Retry-After`, from the response.
 *
 * @example
 * ```ts
 * throw toDownstreamError(response, { name: 'graph', own: false });
 * ```
 */
export function toDownstreamError(
  { status, headers, body }: HttpResponse,
  { name, own }: DownstreamErrorOptions,
): ApiError {
  const problem = own ? readJsonObject(body) : undefined;
  const code = own ? forwardedCode(status, problem) : codesByStatus[status];
  const logContext = {
    check: 'downstream',
    downstream: name,
    downstreamStatus: status,
    downstreamCode: code ? undefined : knownCode(problem?.code),
  };
  if (!code) return new ApiError('bad_gateway', { logContext });
  if (code === 'unavailable')
    return new ApiError(code, {
      detail: notAnswering(name),
      retryAfter: readRetryAfter(headers['retry-after']),
      logContext,
    });
  const detail = own ? safeDetail(problem?.detail) : details[code]?.(name);
  return new ApiError(code, { detail, logContext });
}

/**
 * Returns the code of one's own API if it is forwarded and fits the status. A response without such
 * a code does not come from the API itself, but from something in front of it.
 */
function forwardedCode(status: number, problem: JsonObject | undefined): ApiErrorCode | undefined {
  const code = forwardedErrors.find((each) => each === problem?.code);
  if (code && problems[code].status === status) return code;
  return codesByStatus[status] === 'unavailable' ? 'unavailable' : undefined;
}

/** Only known codes are logged, because other text of a response could contain anything. */
const knownCode = (code: unknown) => Object.keys(problems).find((known) => known === code);

/** Drops a detail that could contain an address, a path or text of Entra ID. */
function safeDetail(detail: unknown): string | undefined {
  if (typeof detail !== 'string' || detail.length > maxDetailLength) return undefined;
  return /^(?!.*AADSTS)[^\p{C}@/\\]*$/u.test(detail) ? detail : undefined;
}

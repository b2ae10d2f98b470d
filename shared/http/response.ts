import { validateHeaderName, validateHeaderValue } from 'node:http';
import { type ApiError, problems } from '../api-error.ts';
import { type ChallengeOptions, challengeOf } from './challenge.ts';

/** What the handler of a route returns. It has at most one body: `json`, `text` or `bytes`. */
export type HandlerResult = {
  /** The HTTP status, 200 to 599. Default: 200. */
  readonly status?: number;

  /** Headers in addition to those that every response has. */
  readonly headers?: Readonly<Record<string, string>>;

  /** The value to send as a JSON body. */
  readonly json?: unknown;

  /** The text to send as the body, in UTF-8. */
  readonly text?: string | undefined;

  /** The bytes to send as the body. */
  readonly bytes?: Uint8Array | undefined;

  /**
   * The media type of the body. Default: `application/json` for JSON, `text/plain; charset=utf-8`
   * for text, and `application/octet-stream` for bytes.
   */
  readonly contentType?: string | undefined;
};

/** A response that is ready to send. */
export type ApiResponse = {
  /** The HTTP status. */
  readonly status: number;

  /** All headers, by their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;

  /** The body, if there is one. */
  readonly body?: string | Uint8Array<ArrayBuffer>;
};

/** Seconds in `Retry-After` if the error names none. */
const defaultRetryAfter = 5;

/** Statuses whose responses have no body (RFC 9110 §15.3.5, §15.3.6 and §15.4.5). */
const statusesWithoutBody = [204, 205, 304];

/**
 * Writes the result of a handler as a response. A body gets a `Content-Length`, so that the
 * functions host does not send it in chunks.
 *
 * @throws {TypeError} The result cannot be written: its JSON is circular, it has two bodies or a
 * body that its status forbids, its status is out of range, or a header is malformed.
 *
 * @example
 * ```ts
 * toResponse({ status: 201, json: { id: '1' } });
 * ```
 */
export function toResponse(result: HandlerResult): ApiResponse {
  const { status = 200 } = result;
  if (!Number.isInteger(status) || status < 200 || status > 599)
    throw new TypeError(`${status} is not the status of a response.`);
  const headers = lowerCaseNames(result.headers ?? {});
  const content = contentOf(result);
  if (!content) return { status, headers };
  if (statusesWithoutBody.includes(status))
    throw new TypeError(`A response with the status ${status} cannot have a body.`);
  const { body, contentType } = content;
  return {
    status,
    headers: {
      ...headers,
      'content-type': contentType,
      'content-length': String(Buffer.byteLength(body)),
    },
    body,
  };
}

/** Also checks the headers here, where an error can still become a response. */
function lowerCaseNames(headers: Readonly<Record<string, string>>): Record<string, string> {
  const checked: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    checked[name.toLowerCase()] = value;
  }
  return checked;
}

type Content = { readonly body: string | Uint8Array<ArrayBuffer>; readonly contentType: string };

function contentOf({ json, text, bytes, contentType }: HandlerResult): Content | undefined {
  const bodies = [json, text, bytes].filter((body) => body !== undefined);
  if (bodies.length > 1) throw new TypeError('A response has at most one of json, text and bytes.');
  if (contentType !== undefined) validateHeaderValue('content-type', contentType);
  if (json !== undefined)
    return { body: JSON.stringify(json), contentType: contentType ?? 'application/json' };
  if (text !== undefined)
    return { body: text, contentType: contentType ?? 'text/plain; charset=utf-8' };
  if (bytes !== undefined)
    // A copy, because `bytes` may be shared memory, which `Response` does not accept.
    return { body: new Uint8Array(bytes), contentType: contentType ?? 'application/octet-stream' };
  return undefined;
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
  return toResponse({ status, headers, json, contentType: 'application/problem+json' });
}

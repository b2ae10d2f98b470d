import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { Query } from './downstream-url.ts';
import type { SendMethod } from './send.ts';

/** Options of a request to a downstream API. */
export type DownstreamRequestOptions = {
  /**
   * Request headers. A header whose value is `null` or `undefined` is not sent, so that a header of
   * the incoming request can be forwarded unchanged: `request.headers.get('if-match')`.
   */
  readonly headers?: Readonly<Record<string, string | null | undefined>> | undefined;

  /** The delegated scopes that the request needs. Default: the scopes of the downstream API. */
  readonly scopes?: readonly string[] | undefined;

  /** Parameters to add to the query. */
  readonly query?: Query | undefined;

  /**
   * Whether a status other than 2xx is thrown as an `ApiError`. Default: `true`. With `false`, the
   * response is returned. In both cases, the first claims challenge is answered with a new token.
   */
  readonly throwOnError?: boolean | undefined;
};

/** The body of a request: one of JSON, text and bytes, or none. */
export type DownstreamBody =
  | {
      /** A value to send as JSON. */
      readonly json: unknown;

      readonly text?: undefined;

      readonly bytes?: undefined;

      /** The media type. Default: `application/json`. */
      readonly contentType?: string | undefined;
    }
  | {
      readonly json?: undefined;

      /** A text to send in UTF-8. */
      readonly text: string;

      readonly bytes?: undefined;

      /** The media type. Default: `text/plain; charset=utf-8`. */
      readonly contentType?: string | undefined;
    }
  | {
      readonly json?: undefined;

      readonly text?: undefined;

      /** Bytes to send. */
      readonly bytes: Uint8Array;

      /** The media type. */
      readonly contentType: string;
    }
  | {
      readonly json?: undefined;

      readonly text?: undefined;

      readonly bytes?: undefined;

      readonly contentType?: undefined;
    };

/** Options of a request that may have a body. */
export type DownstreamBodyOptions = DownstreamRequestOptions & DownstreamBody;

/** A request to a downstream API, ready to send except for its token. */
export type PreparedRequest = {
  /** The HTTP method. */
  readonly method: SendMethod;

  /** The URL, below the base URL of the downstream API. */
  readonly url: URL;

  /** Headers by their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;

  /** The body. `null` if there is none. */
  readonly body: string | Uint8Array | null;
};

/** Headers that only this module or the HTTP client sets (RFC 9110 §7.6.1 and §10.1.1). */
const reservedHeaders: ReadonlySet<string> = new Set([
  'authorization',
  'host',
  'content-length',
  'content-type',
  'transfer-encoding',
  'accept-encoding',
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'upgrade',
  'expect',
  'traceparent',
]);

/**
 * Writes the body of a request and its media type.
 *
 * @throws {TypeError} The value cannot be written as JSON.
 *
 * @example
 * ```ts
 * writeBody({ json: { id: 1 } }); // { body: '{"id":1}', contentType: 'application/json' }
 * ```
 */
export function writeBody({ json, text, bytes, contentType }: DownstreamBody): {
  readonly body: string | Uint8Array | null;
  readonly contentType?: string | undefined;
} {
  if (json !== undefined)
    return { body: JSON.stringify(json), contentType: contentType ?? 'application/json' };
  if (text !== undefined)
    return { body: text, contentType: contentType ?? 'text/plain; charset=utf-8' };
  return bytes ? { body: bytes, contentType } : { body: null };
}

/**
 * Returns the headers of a request by their names in lower case.
 *
 * @param contentType The media type of the body, if there is one.
 * @throws {TypeError} A header is one that only this module sets, or it is malformed.
 *
 * @example
 * ```ts
 * writeHeaders({ 'If-Match': '"1"', 'If-None-Match': null }); // { 'if-match': '"1"' }
 * ```
 */
export function writeHeaders(
  headers: NonNullable<DownstreamRequestOptions['headers']>,
  contentType?: string,
): Record<string, string> {
  const written: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const lowerCaseName = name.toLowerCase();
    if (reservedHeaders.has(lowerCaseName))
      throw new TypeError(`The header ${lowerCaseName} cannot be set on a downstream request.`);
    if (value !== null && value !== undefined) written[lowerCaseName] = value;
  }
  if (contentType !== undefined) written['content-type'] = contentType;
  // Otherwise the HTTP client would refuse them, as if the connection had failed.
  for (const [name, value] of Object.entries(written)) {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  }
  return written;
}

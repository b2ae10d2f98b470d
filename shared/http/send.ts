import { type Dispatcher, request } from 'undici';
import { createDeadline } from './deadline.ts';

/** The methods of requests that this module sends. */
export type SendMethod = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A request, and the limits within which its response must arrive. */
export type SendOptions = {
  /** The HTTP method. */
  readonly method: SendMethod;

  /** Request headers. */
  readonly headers?: Readonly<Record<string, string>> | undefined;

  /** The request body. */
  readonly body?: string | Uint8Array | null;

  /** Milliseconds for the request and its response, including the response body. */
  readonly timeout: number;

  /** The largest accepted response body, in bytes. */
  readonly maxBytes: number;

  /** Aborts the request, for example when the time limit of the incoming request has passed. */
  readonly signal?: AbortSignal;

  /** The connection pool to use. Default: undici's global one. */
  readonly dispatcher?: Dispatcher;
};

/** A response with its complete body. */
export type HttpResponse = {
  /** The HTTP status. */
  readonly status: number;

  /** Headers by their names in lower case. Repeated headers are joined with commas. */
  readonly headers: Readonly<Record<string, string | undefined>>;

  /** The body, not decoded. */
  readonly body: Buffer;
};

/** No usable response arrived. */
export class SendFailure extends Error {
  /**
   * Why there is no response. With `connect`, the request was certainly not sent. With any other
   * reason, the server may have received and processed it.
   */
  readonly reason: 'connect' | 'timeout' | 'too_large' | 'encoding' | 'broken';

  constructor(reason: SendFailure['reason']) {
    super(reason);
    this.reason = reason;
  }
}

/** Error codes that mean that no connection was established. */
const connectErrors = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
];

/** Error codes of undici's own time limits for the headers and between two parts of the body. */
const timeoutErrors = ['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'];

/** The longest `Retry-After` that is respected, in seconds. */
const maxRetryAfter = 300;

/**
 * Sends a request. Every request of `shared` that is not sent by an Azure library uses this
 * function: for metadata and keys, to the token endpoint and to downstream APIs.
 *
 * Time and size are limited. Redirects are not followed: a 3xx is a response like any other.
 * Compressed bodies are not accepted, because a few bytes could expand to gigabytes.
 *
 * @throws {SendFailure} No usable response arrived.
 *
 * @example
 * ```ts
 * const { status, body } = await send(url, { method: 'GET', timeout: 3_000, maxBytes: 64 * 1024 });
 * ```
 */
export async function send(
  url: URL | string,
  { timeout, maxBytes, signal: outerSignal, headers, ...options }: SendOptions,
): Promise<HttpResponse> {
  const timeLimit = createDeadline(timeout);
  const signal = outerSignal ? AbortSignal.any([timeLimit.signal, outerSignal]) : timeLimit.signal;
  try {
    const response = await request(url, {
      ...options,
      headers: { 'accept-encoding': 'identity', ...headers },
      signal,
    });
    return {
      status: response.statusCode,
      headers: joinRepeated(response.headers),
      body: await readBody(response, maxBytes),
    };
  } catch (error) {
    throw toSendFailure(error, signal);
  } finally {
    timeLimit.close();
  }
}

function toSendFailure(error: unknown, signal: AbortSignal): SendFailure {
  if (error instanceof SendFailure) return error;
  const { code = '' } = error as { readonly code?: string };
  if (signal.aborted || timeoutErrors.includes(code)) return new SendFailure('timeout');
  return new SendFailure(connectErrors.includes(code) ? 'connect' : 'broken');
}

function joinRepeated(headers: Dispatcher.ResponseData['headers']): HttpResponse['headers'] {
  const joined: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(headers))
    joined[name] = Array.isArray(value) ? value.join(', ') : value;
  return joined;
}

async function readBody(
  { headers, body }: Dispatcher.ResponseData,
  maxBytes: number,
): Promise<Buffer> {
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') {
    // Without a listener, the error of the destroyed stream would end the process.
    body.on('error', () => {}).destroy();
    throw new SendFailure('encoding');
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw new SendFailure('too_large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * Reads a `Retry-After` header, which contains seconds or a date (RFC 9110 §10.2.3).
 *
 * @param now The time in milliseconds since 1970.
 * @returns Seconds, at most 300. `undefined` if the header is absent, invalid or in the past.
 *
 * @example
 * ```ts
 * readRetryAfter('120'); // 120
 * ```
 */
export function readRetryAfter(value = '', now: number = Date.now()): number | undefined {
  const seconds = isDate(value)
    ? Math.ceil((Date.parse(value) - now) / 1_000)
    : Number(/^\s*(\d+)\s*$/.exec(value)?.[1]);
  // An invalid date and any other text give NaN, which fails this comparison.
  return seconds >= 0 ? Math.min(seconds, maxRetryAfter) : undefined;
}

/** `Date.parse` also accepts numbers and parts of dates, so a day of the week is required. */
const isDate = (value: string) => /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /.test(value);

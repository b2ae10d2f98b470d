import { Pool } from 'undici';
import { ApiError, notAnswering } from '../api-error.ts';
import type { UserCall } from '../obo/user-credential.ts';
import { type Redacted, reveal } from '../redacted.ts';
import type { PreparedRequest } from './downstream-request.ts';
import { type HttpResponse, SendFailure, send } from './send.ts';

/** How to reach a downstream API. */
export type TransportOptions = {
  /** The origin of all requests. Their connections are pooled. */
  readonly origin: string;

  /** The largest accepted response body, in bytes. */
  readonly maxResponseBytes: number;

  /** The name of the downstream API for the log and the error messages. */
  readonly name: string;
};

/**
 * Sends a request with a token of the user.
 *
 * @throws {ApiError} No usable response arrived: `unavailable`, `timeout` or `bad_gateway`.
 */
export type Transport = (
  call: Pick<UserCall, 'trace' | 'signal'>,
  request: PreparedRequest,
  token: Redacted,
) => Promise<HttpResponse>;

/** Milliseconds for one request, including its response body. */
const requestTimeout = 8_000;

/** The most connections to the downstream API. */
const maxConnections = 64;

/** Milliseconds to establish a connection. */
const connectTimeout = 1_000;

/** Milliseconds until the response headers arrive, and between two parts of the body. */
const idleTimeout = 5_000;

/**
 * Creates the transport to a downstream API: a connection pool with limits for time and size. GET
 * and HEAD are repeated once if the connection fails or breaks.
 *
 * @example
 * ```ts
 * const sendPrepared = createTransport({ origin, maxResponseBytes: 1024 * 1024, name: 'graph' });
 * const { status } = await sendPrepared(call, request, token);
 * ```
 */
export function createTransport({ origin, maxResponseBytes, name }: TransportOptions): Transport {
  const dispatcher = new Pool(origin, {
    connections: maxConnections,
    connect: { timeout: connectTimeout },
    headersTimeout: idleTimeout,
    bodyTimeout: idleTimeout,
  });

  return async ({ trace, signal }, { url, method, headers, body }, token) => {
    const authorization = `Bearer ${reveal(token)}`;
    const attempt = () =>
      send(url, {
        method,
        headers: { ...headers, authorization, traceparent: trace.traceparent },
        body,
        timeout: requestTimeout,
        maxBytes: maxResponseBytes,
        dispatcher,
        signal,
      });
    try {
      return await (method === 'GET' || method === 'HEAD' ? retryOnce(attempt) : attempt());
    } catch (error) {
      throw error instanceof SendFailure ? toApiError(error, name) : error;
    }
  };
}

/** Repeats a request whose connection failed or broke. */
async function retryOnce(attempt: () => Promise<HttpResponse>): Promise<HttpResponse> {
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof SendFailure)) throw error;
    if (error.reason !== 'connect' && error.reason !== 'broken') throw error;
    return attempt();
  }
}

function toApiError({ reason: failure }: SendFailure, name: string): ApiError {
  const logContext = { check: 'downstream', downstream: name, failure };
  if (failure === 'connect')
    return new ApiError('unavailable', { detail: notAnswering(name), logContext });
  return new ApiError(failure === 'timeout' ? 'timeout' : 'bad_gateway', { logContext });
}

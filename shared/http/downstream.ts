import { Pool } from 'undici';
import { ApiError, notAnswering } from '../api-error.ts';
import type { OnBehalfOf } from '../obo/on-behalf-of.ts';
import { type Redacted, reveal } from '../redacted.ts';
import type { Call } from './create-api.ts';
import { type DownstreamResponse, readResponse, requestedClaims } from './downstream-response.ts';
import { type HttpResponse, SendFailure, send } from './send.ts';

/** How to reach a downstream API. */
export type DownstreamSettings = {
  /**
   * The API's base URL, route prefix included. Requests go to its origin only, and challenges are
   * accepted from it only.
   */
  readonly url: URL;

  /** The client ID of the downstream API. */
  readonly clientId: string;

  /** Exchanges the caller's token for one that the downstream API accepts. */
  readonly onBehalfOf: OnBehalfOf;
};

/** A request to a downstream API. */
export type DownstreamRequest = {
  /** The HTTP method. */
  readonly method: 'GET' | 'PUT' | 'DELETE';

  /** The path below the base URL. The handler must check or encode each of its segments. */
  readonly path: string;

  /** The delegated scope that the request needs, by its short name, such as `Documents.Read`. */
  readonly scope: string;

  /** The value to send as a JSON body. Without it, the request has no body. */
  readonly json?: unknown;
};

/**
 * Calls a downstream API on behalf of the user of a call.
 *
 * @throws {ApiError} The exchange failed, or the downstream API did not respond with success.
 */
export type CallDownstream = (
  call: Call,
  request: DownstreamRequest,
) => Promise<DownstreamResponse>;

/** Milliseconds for one request, its response body included. */
const requestTimeout = 8_000;

/** The largest response body, in bytes. */
const maxResponseSize = 1024 * 1024;

/** Connections to the downstream API. */
const maxConnections = 64;

/** Milliseconds to establish a connection. */
const connectTimeout = 1_000;

/** Milliseconds without progress: until the headers, and between two parts of the body. */
const idleTimeout = 5_000;

/** The only headers of the incoming request that are forwarded. Its access token is not. */
const forwardedHeaders = ['if-match', 'if-none-match', 'accept-language'];

/**
 * Creates a client for a downstream API.
 *
 * For each request, it exchanges the caller's token and sends the request. If the downstream API
 * responds with a claims challenge, it exchanges the token once more with those claims and repeats
 * the request once. A second challenge is passed on to the caller, so there is no loop.
 *
 * @example
 * ```ts
 * const callDownstream = createDownstream({ url, clientId, onBehalfOf });
 * const request = { method: 'GET', path: 'documents', scope: 'Documents.Read' } as const;
 * const { json } = await callDownstream(call, request);
 * ```
 */
export function createDownstream({
  url,
  clientId,
  onBehalfOf,
}: DownstreamSettings): CallDownstream {
  const baseUrl = url.href.replace(/\/$/, '');
  const dispatcher = new Pool(url.origin, {
    connections: maxConnections,
    connect: { timeout: connectTimeout },
    headersTimeout: idleTimeout,
    bodyTimeout: idleTimeout,
  });

  async function sendRequest(
    call: Call,
    { method, path, json }: DownstreamRequest,
    token: Redacted,
  ): Promise<HttpResponse> {
    const attempt = () =>
      send(`${baseUrl}/${path}`, {
        method,
        headers: requestHeaders(call, token, json !== undefined),
        body: json === undefined ? null : JSON.stringify(json),
        deadline: requestTimeout,
        cap: maxResponseSize,
        dispatcher,
        signal: call.signal,
      });
    try {
      return await (method === 'GET' ? retryOnce(attempt) : attempt());
    } catch (error) {
      throw error instanceof SendFailure ? toApiError(error) : error;
    }
  }

  return async (call, request) => {
    const exchange = {
      caller: call.caller,
      scopes: [`api://${clientId}/${request.scope}`],
      audiences: [clientId, `api://${clientId}`],
      correlationId: call.trace.correlationId,
    };
    const exchanged = await onBehalfOf.exchangeOnBehalf(exchange, call.signal);
    call.addLogContext({ exchange: exchanged.cached ? 'cached' : 'made' });

    const response = await sendRequest(call, request, exchanged.token);
    if (response.status === 401) onBehalfOf.evict(exchange, exchanged);
    const claims = requestedClaims(response);
    if (!claims) return readResponse(response, request.method);

    const renewed = await onBehalfOf.exchangeOnBehalf({ ...exchange, claims }, call.signal);
    call.addLogContext({ exchange: 'repeated for a claims challenge' });

    const secondResponse = await sendRequest(call, request, renewed.token);
    const remainingClaims = requestedClaims(secondResponse);
    if (remainingClaims)
      throw new ApiError('step_up_required', {
        claims: remainingClaims,
        logContext: { check: 'second challenge' },
      });
    return readResponse(secondResponse, request.method);
  };
}

function requestHeaders(
  { request, trace }: Call,
  token: Redacted,
  hasBody: boolean,
): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of forwardedHeaders) {
    const value = request.headers.get(name);
    if (value !== null) headers[name] = value;
  }
  if (hasBody) headers['content-type'] = 'application/json';
  headers.authorization = `Bearer ${reveal(token)}`;
  headers.traceparent = trace.traceparent;
  return headers;
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

function toApiError({ reason: failure }: SendFailure): ApiError {
  const logContext = { check: 'downstream', failure };
  if (failure === 'connect')
    return new ApiError('unavailable', { detail: notAnswering('downstream'), logContext });
  return new ApiError(failure === 'timeout' ? 'timeout' : 'bad_gateway', { logContext });
}

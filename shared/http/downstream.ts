import { ApiError } from '../api-error.ts';
import type { OnBehalfOf } from '../obo/on-behalf-of.ts';
import type { UserCall } from '../obo/user-credential.ts';
import {
  type DownstreamBodyOptions,
  type DownstreamRequestOptions,
  type PreparedRequest,
  writeBody,
  writeHeaders,
} from './downstream-request.ts';
import {
  type DownstreamResponse,
  isSuccess,
  requestedClaims,
  toDownstreamError,
  toDownstreamResponse,
} from './downstream-response.ts';
import { createTransport } from './downstream-transport.ts';
import { readBaseUrl, resolveUrl } from './downstream-url.ts';
import type { HttpResponse, SendMethod } from './send.ts';

/** How to call a downstream API. */
export type DownstreamOptions = {
  /**
   * The API's base URL, including the route prefix. Requests and tokens are sent only to URLs below
   * it, and challenges are accepted only from there.
   */
  readonly baseUrl: string | URL;

  /** Exchanges the caller's token for one that the downstream API accepts. */
  readonly onBehalfOf: Pick<OnBehalfOf, 'exchange' | 'evict'>;

  /**
   * The delegated scopes of requests that name none, such as
   * `https://graph.microsoft.com/User.Read`.
   */
  readonly scopes?: readonly string[];

  /**
   * The audiences of the API's tokens: for one's own API, its client id, and `api://` followed by
   * it. Each new token is checked against them. Leave them out for an API whose tokens are opaque,
   * such as Microsoft Graph.
   */
  readonly audiences?: readonly string[];

  /**
   * Whether it is one's own API, built with this module. Then the `code` and the `detail` of its
   * errors reach the caller. Default: `false`.
   */
  readonly own?: boolean;

  /** The largest accepted response body, in bytes. Default: 1 MiB. */
  readonly maxResponseBytes?: number;

  /** The API's name in the log and in error messages. Default: `downstream`. */
  readonly name?: string;
};

/**
 * Sends a request without a body to a path below the base URL.
 *
 * @throws {ApiError} The exchange failed, or the downstream API did not respond with success.
 * @throws {TypeError} The path leads elsewhere, the request has no scopes, or a header is reserved
 * or malformed.
 */
export type SendWithoutBody = (
  call: UserCall,
  path: string | URL,
  options?: DownstreamRequestOptions,
) => Promise<DownstreamResponse>;

/**
 * Sends a request that may have a body to a path below the base URL.
 *
 * @throws {ApiError} The exchange failed, or the downstream API did not respond with success.
 * @throws {TypeError} The path leads elsewhere, the request has no scopes, a header is reserved or
 * malformed, or the body cannot be written as JSON.
 */
export type SendWithBody = (
  call: UserCall,
  path: string | URL,
  options?: DownstreamBodyOptions,
) => Promise<DownstreamResponse>;

/** Calls one downstream API on behalf of the user of a call. */
export type Downstream = {
  /** Sends a GET request. It is repeated once if the connection fails or breaks. */
  readonly get: SendWithoutBody;

  /** Sends a HEAD request. It is repeated once if the connection fails or breaks. */
  readonly head: SendWithoutBody;

  /** Sends a DELETE request. */
  readonly delete: SendWithoutBody;

  /** Sends a POST request. */
  readonly post: SendWithBody;

  /** Sends a PUT request. */
  readonly put: SendWithBody;

  /** Sends a PATCH request. */
  readonly patch: SendWithBody;
};

/**
 * Creates a client for a downstream API.
 *
 * For each request, it exchanges the caller's token and sends the request. If the downstream API
 * responds with a claims challenge, it exchanges the token once more with those claims and repeats
 * the request once. A second challenge is returned to the caller, so requests cannot loop.
 *
 * Every 2xx is a success. Other statuses become an `ApiError`. 400, 403, 404, 409, 412, 413, 415,
 * 422 and 428 keep their status. 429 and 503 become `unavailable` with their `Retry-After`. All
 * others become `bad_gateway`.
 *
 * No header of the incoming request is forwarded, except for its trace.
 *
 * @throws {TypeError} The base URL is not an https URL, or it has credentials, a query or a
 * fragment. For a loopback address, http is accepted, too.
 * @throws {TypeError} `onBehalfOf` is missing, or `scopes` is not a list.
 *
 * @example
 * ```ts
 * const graph = createDownstream({
 *   baseUrl: 'https://graph.microsoft.com/v1.0/',
 *   scopes: ['https://graph.microsoft.com/User.Read'],
 *   onBehalfOf,
 *   name: 'graph',
 * });
 * const handler = async (call: Call) => {
 *   const { json } = await graph.get(call, 'me', { query: { $select: 'displayName' } });
 *   return { json };
 * };
 * ```
 */
export function createDownstream({
  baseUrl,
  onBehalfOf,
  scopes: defaultScopes,
  audiences,
  own = false,
  maxResponseBytes = 1024 * 1024,
  name = 'downstream',
}: DownstreamOptions): Downstream {
  const base = readBaseUrl(baseUrl);
  if (typeof onBehalfOf?.exchange !== 'function')
    throw new TypeError('onBehalfOf must be what createOnBehalfOf returns.');
  if (defaultScopes !== undefined && !Array.isArray(defaultScopes))
    throw new TypeError('scopes must be a list of scopes.');
  const sendPrepared = createTransport({ origin: base.origin, maxResponseBytes, name });

  function prepare(
    method: SendMethod,
    path: string | URL,
    options: DownstreamBodyOptions,
  ): PreparedRequest {
    const { body, contentType } = writeBody(options);
    const headers = writeHeaders(options.headers ?? {}, contentType);
    return { method, url: resolveUrl(base, path, options.query), headers, body };
  }

  async function sendAsUser(
    call: UserCall,
    request: PreparedRequest,
    scopes: readonly string[],
  ): Promise<HttpResponse> {
    const exchange = {
      caller: call.caller,
      scopes,
      audiences,
      correlationId: call.trace.correlationId,
    };
    const exchanged = await onBehalfOf.exchange(exchange, call.signal);
    call.addLogContext({ exchange: exchanged.cached ? 'cached' : 'made' });

    const response = await sendPrepared(call, request, exchanged.token);
    if (response.status !== 401) return response;
    onBehalfOf.evict(exchange, exchanged);
    const claims = requestedClaims(response, own);
    if (!claims) return response;

    const renewed = await onBehalfOf.exchange({ ...exchange, claims }, call.signal);
    call.addLogContext({ exchange: 'repeated for a claims challenge' });

    const secondResponse = await sendPrepared(call, request, renewed.token);
    const remainingClaims = requestedClaims(secondResponse, own);
    if (remainingClaims)
      throw new ApiError('step_up_required', {
        claims: remainingClaims,
        logContext: { check: 'second challenge', downstream: name },
      });
    if (secondResponse.status === 401) onBehalfOf.evict(exchange, renewed);
    return secondResponse;
  }

  const methodOf =
    (method: SendMethod): SendWithBody =>
    async (call, path, options = {}) => {
      const { scopes = defaultScopes, throwOnError = true } = options;
      if (!scopes?.length)
        throw new TypeError('The request has no scopes. Set `scopes` on it or on its downstream.');
      const request = prepare(method, path, options);
      const response = await sendAsUser(call, request, scopes);
      if (throwOnError && !isSuccess(response.status))
        // A response to HEAD has no body, so it cannot contain the code of one's own API.
        throw toDownstreamError(response, { name, own: own && method !== 'HEAD' });
      return toDownstreamResponse(response);
    };

  return {
    get: methodOf('GET'),
    head: methodOf('HEAD'),
    delete: methodOf('DELETE'),
    post: methodOf('POST'),
    put: methodOf('PUT'),
    patch: methodOf('PATCH'),
  };
}

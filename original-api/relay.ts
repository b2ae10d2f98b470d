import { ApiError } from '../shared/api-error.ts';
import type { Call } from '../shared/http/call.ts';
import type { DownstreamResponse } from '../shared/http/downstream-response.ts';
import type { HandlerResult } from '../shared/http/response.ts';
import { isObject, type JsonObject } from '../shared/json.ts';

/** The only headers of a request that are forwarded to Downstream API. */
const forwardedHeaders = ['if-match', 'if-none-match', 'accept-language'];

/** Returns the headers of a request that are forwarded to Downstream API. */
export function headersToForward({ request }: Pick<Call, 'request'>) {
  const headers: Record<string, string | null> = {};
  for (const name of forwardedHeaders) headers[name] = request.headers.get(name);
  return headers;
}

/**
 * Returns the JSON object of a response of Downstream API.
 *
 * @throws {ApiError} `bad_gateway` if the response has none
 */
export function requireJson({ status, json }: DownstreamResponse): JsonObject {
  if (isObject(json)) return json;
  const logContext = { check: 'downstream', downstreamStatus: status, reason: 'not JSON' };
  throw new ApiError('bad_gateway', { logContext });
}

/**
 * Returns the status, the ETag and the JSON object of a response of Downstream API.
 *
 * @throws {ApiError} `bad_gateway` if the response has no JSON object
 */
export function relay(response: DownstreamResponse): HandlerResult {
  const { etag } = response.headers;
  return {
    status: response.status,
    ...(etag === undefined ? {} : { headers: { etag } }),
    json: requireJson(response),
  };
}

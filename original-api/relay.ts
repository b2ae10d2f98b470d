import type { Call } from '../shared/http/create-api.ts';
import type { CallDownstream, DownstreamRequest } from '../shared/http/downstream.ts';
import type { HandlerResult } from '../shared/http/response.ts';

/**
 * Sends a request to Downstream API on behalf of the user, and returns the status, the ETag and the
 * body of its response.
 *
 * @throws ApiError as `downstream` does
 */
export async function relay(
  downstream: CallDownstream,
  call: Call,
  request: DownstreamRequest,
): Promise<HandlerResult> {
  const { status, etag, json } = await downstream(call, request);
  return {
    status,
    ...(etag === undefined ? {} : { headers: { etag } }),
    ...(json === undefined ? {} : { json }),
  };
}

import type { HandlerResult } from '../shared/http/response.ts';
import type { CallDownstream, DownstreamRequest } from '../shared/http/downstream.ts';
import type { Call } from '../shared/http/create-api.ts';

/** Passes Downstream's answer on as it is: status, ETag and body. */
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

import type { Answer } from '../shared/http/answer.ts';
import type { CallDownstream, DownstreamRequest } from '../shared/http/downstream.ts';
import type { Call } from '../shared/http/edge.ts';

/** Passes Downstream's answer on as it is: status, ETag and body. */
export async function relay(downstream: CallDownstream, call: Call, request: DownstreamRequest): Promise<Answer> {
  const { status, etag, json } = await downstream(call, request);
  return { status, ...(etag === undefined ? {} : { headers: { etag } }), ...(json === undefined ? {} : { json }) };
}

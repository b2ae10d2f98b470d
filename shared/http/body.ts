import type { HttpRequest } from '@azure/functions';
import { ApiError } from '../api-error.ts';
import { parseJson } from '../json.ts';

/** Bytes. */
const cap = 1024 * 1024;

/**
 * Reads a request's JSON body: at most 1 MiB, with a stated length, since a chunked body reaches a Function empty.
 * @throws ApiError `length_required`, `too_large`, `unsupported_media_type`, `bad_request`
 */
export async function readJsonBody(
  request: Pick<HttpRequest, 'headers' | 'arrayBuffer'>,
): Promise<unknown> {
  const { headers } = request;
  const length = headers.get('content-length') ?? '';
  if (headers.has('transfer-encoding') || !/^\d+$/.test(length))
    throw new ApiError('length_required');
  if (Number(length) > cap) throw new ApiError('too_large');
  const isJson = /^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(
    headers.get('content-type') ?? '',
  );
  if (!isJson || headers.has('content-encoding')) throw new ApiError('unsupported_media_type');
  const bytes = await request.arrayBuffer();
  if (bytes.byteLength > cap) throw new ApiError('too_large');
  const json = parseJson(bytes);
  if (json === undefined)
    throw new ApiError('bad_request', {
      detail: 'The body is not JSON in UTF-8 of at most 32 levels.',
    });
  return json;
}

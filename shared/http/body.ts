import type { HttpRequest } from '@azure/functions';
import { ApiError } from '../api-error.ts';
import { parseJson } from '../json.ts';

/** The largest accepted body, in bytes. */
const maxBodySize = 1024 * 1024;

const jsonMediaType = /^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i;

/**
 * Reads the JSON body of a request: at most 1 MiB, in UTF-8, with a `Content-Length`. A chunked
 * body is rejected because Azure Functions delivers it empty.
 *
 * @throws {ApiError} `length_required`, `too_large`, `unsupported_media_type` or `bad_request`.
 *
 * @example
 * ```ts
 * const body = await readJsonBody(request);
 * if (!isObject(body)) throw new ApiError('bad_request');
 * ```
 */
export async function readJsonBody(
  request: Pick<HttpRequest, 'headers' | 'arrayBuffer'>,
): Promise<unknown> {
  const { headers } = request;
  const length = headers.get('content-length') ?? '';
  if (headers.has('transfer-encoding') || !/^\d+$/.test(length))
    throw new ApiError('length_required');
  if (Number(length) > maxBodySize) throw new ApiError('too_large');

  const mediaType = headers.get('content-type') ?? '';
  if (!jsonMediaType.test(mediaType) || headers.has('content-encoding'))
    throw new ApiError('unsupported_media_type');

  const bytes = await request.arrayBuffer();
  if (bytes.byteLength > maxBodySize) throw new ApiError('too_large');
  const json = parseJson(bytes);
  if (json === undefined)
    throw new ApiError('bad_request', {
      detail: 'The body must be JSON in UTF-8 with at most 32 levels of nesting.',
    });
  return json;
}

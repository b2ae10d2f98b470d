import type { HttpRequest } from '@azure/functions';
import { Denial } from '../denial.ts';

const cap = 1024 * 1024;
/** What is parsed here may be written again for the next API, and the JSON of 10,000 lists in lists can be read and not be written. */
const deepest = 32;

/**
 * Reads a request's JSON body: at most 1 MiB, with a stated length, since a chunked body reaches a Function empty.
 * @throws Denial `length_required`, `too_large`, `unsupported_media_type`, `bad_request`
 */
export async function readJsonBody(request: Pick<HttpRequest, 'headers' | 'arrayBuffer'>): Promise<unknown> {
  const { headers } = request;
  const length = headers.get('content-length');
  if (headers.has('transfer-encoding') || length === null || !/^\d+$/.test(length)) throw new Denial('length_required');
  if (Number(length) > cap) throw new Denial('too_large');
  const isJson = /^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(headers.get('content-type') ?? '');
  if (!isJson || headers.has('content-encoding')) throw new Denial('unsupported_media_type');
  const bytes = await request.arrayBuffer();
  if (bytes.byteLength > cap) throw new Denial('too_large');
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new Denial('bad_request', { detail: 'The body is not JSON in UTF-8.' });
  }
  if (isDeeper(json, deepest)) throw new Denial('bad_request', { detail: `The body is nested more than ${deepest} levels deep.` });
  return json;
}

const isDeeper = (value: unknown, levels: number): boolean =>
  typeof value === 'object' && value !== null && (levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1)));

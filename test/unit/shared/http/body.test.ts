import { expect, test } from '@jest/globals';
import type { ApiError } from '../../../../shared/api-error.ts';
import { readJsonBody } from '../../../../shared/http/body.ts';

const mebibyte = 1024 * 1024;
const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

/** What becomes of a body, which says how long it is unless a header says otherwise. */
function read(
  body: string | Uint8Array,
  headers: Record<string, string | undefined> = {},
): Promise<unknown> {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  const all = {
    'content-type': 'application/json',
    'content-length': String(bytes.byteLength),
    ...headers,
  };
  const given = Object.entries(all).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  const request = { headers: new Headers(given), arrayBuffer: async () => bytes.slice().buffer };
  return readJsonBody(request as never).catch((apiError: ApiError) => apiError.code);
}

test.each<[string, string | Uint8Array, Record<string, string | undefined>, unknown]>([
  ['JSON', '{"a":1}', {}, { a: 1 }],
  [
    'JSON that names its charset',
    '{}',
    { 'content-type': 'application/json; charset="UTF-8"' },
    {},
  ],
  ['1 MiB', `"${'x'.repeat(mebibyte - 2)}"`, {}, 'x'.repeat(mebibyte - 2)],
  ['32 levels', nested(32), {}, JSON.parse(nested(32))],
  ['33 levels', nested(33), {}, 'bad_request'],
  ['100,000 levels', nested(100_000), {}, 'bad_request'],
  ['1 MiB and a byte', `"${'x'.repeat(mebibyte - 1)}"`, {}, 'too_large'],
  [
    '1 MiB and a byte that says less',
    `"${'x'.repeat(mebibyte - 1)}"`,
    { 'content-length': '2' },
    'too_large',
  ],
  ['little that says it is more', '{}', { 'content-length': String(mebibyte + 1) }, 'too_large'],
  ['no length', '{}', { 'content-length': undefined }, 'length_required'],
  ['a length that is no number', '{}', { 'content-length': '2x' }, 'length_required'],
  ['chunks beside a length', '{}', { 'transfer-encoding': 'chunked' }, 'length_required'],
  ['another type', '{}', { 'content-type': 'text/json' }, 'unsupported_media_type'],
  [
    'another charset',
    '{}',
    { 'content-type': 'application/json; charset=latin1' },
    'unsupported_media_type',
  ],
  ['no type', '{}', { 'content-type': undefined }, 'unsupported_media_type'],
  ['a compressed body', '{}', { 'content-encoding': 'gzip' }, 'unsupported_media_type'],
  ['broken JSON', '{', {}, 'bad_request'],
  ['nothing', '', {}, 'bad_request'],
  ['no UTF-8', new Uint8Array([0x22, 0xe9, 0x22]), {}, 'bad_request'],
])('a body of %s', async (_name, body, headers, expected) => {
  expect(await read(body, headers)).toEqual(expected);
});

import { expect, test } from '@jest/globals';
import { readJsonBody } from '../../../../shared/http/body.ts';

type Headers = Readonly<Record<string, string | undefined>>;

const mebibyte = 1024 * 1024;
const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
/** A JSON string that takes this many bytes. */
const stringOf = (bytes: number) => `"${'x'.repeat(bytes - 2)}"`;

/** A request whose headers fit the body unless `headers` replaces or removes them. */
function requestWith(body: string | Uint8Array, headers: Headers = {}) {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  const all = new globalThis.Headers({
    'content-type': 'application/json',
    'content-length': String(bytes.byteLength),
  });
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) all.delete(name);
    else all.set(name, value);
  }
  return { headers: all, arrayBuffer: async () => bytes.slice().buffer } as never;
}

test.each<{ name: string; body: string; headers?: Headers }>([
  { name: 'JSON', body: '{"a":1}' },
  {
    name: 'JSON with a charset',
    body: '{}',
    headers: { 'content-type': 'application/json; charset="UTF-8"' },
  },
  { name: 'JSON of 1 MiB', body: stringOf(mebibyte) },
  { name: 'JSON with 32 levels', body: nested(32) },
])('returns the value of $name', async ({ body, headers }) => {
  expect(await readJsonBody(requestWith(body, headers))).toEqual(JSON.parse(body));
});

type Rejected = { name: string; headers?: Headers; code: string };

test.each<Rejected & { body: string }>([
  { name: '1 MiB and one byte', body: stringOf(mebibyte + 1), code: 'too_large' },
  {
    name: '1 MiB and one byte and a smaller Content-Length',
    body: stringOf(mebibyte + 1),
    headers: { 'content-length': '2' },
    code: 'too_large',
  },
  {
    name: 'a Content-Length over 1 MiB',
    body: '{}',
    headers: { 'content-length': String(mebibyte + 1) },
    code: 'too_large',
  },
])('rejects a body with $name: $code', async ({ body, headers, code }) => {
  await expect(readJsonBody(requestWith(body, headers))).rejects.toMatchObject({ code });
});

test.each<Rejected>([
  { name: 'no Content-Length', headers: { 'content-length': undefined }, code: 'length_required' },
  {
    name: 'a Content-Length that is not a number',
    headers: { 'content-length': '2x' },
    code: 'length_required',
  },
  {
    name: 'chunked encoding in addition to a Content-Length',
    headers: { 'transfer-encoding': 'chunked' },
    code: 'length_required',
  },
  {
    name: 'another media type',
    headers: { 'content-type': 'text/json' },
    code: 'unsupported_media_type',
  },
  {
    name: 'another charset',
    headers: { 'content-type': 'application/json; charset=latin1' },
    code: 'unsupported_media_type',
  },
  {
    name: 'no media type',
    headers: { 'content-type': undefined },
    code: 'unsupported_media_type',
  },
  {
    name: 'compression',
    headers: { 'content-encoding': 'gzip' },
    code: 'unsupported_media_type',
  },
])('rejects a request with $name: $code', async ({ headers, code }) => {
  await expect(readJsonBody(requestWith('{}', headers))).rejects.toMatchObject({ code });
});

test.each<{ name: string; body: string | Uint8Array }>([
  { name: '33 levels', body: nested(33) },
  { name: '100,000 levels', body: nested(100_000) },
  { name: 'incomplete JSON', body: '{' },
  { name: 'no content', body: '' },
  { name: 'invalid UTF-8', body: new Uint8Array([0x22, 0xe9, 0x22]) },
])('rejects a body with $name: bad_request', async ({ body }) => {
  await expect(readJsonBody(requestWith(body))).rejects.toMatchObject({ code: 'bad_request' });
});

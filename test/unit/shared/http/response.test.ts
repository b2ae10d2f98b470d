import { expect, test } from '@jest/globals';
import { type HandlerResult, toResponse } from '../../../../shared/http/response.ts';

const bytes = Uint8Array.of(0, 255);

test.each<{ name: string; result: HandlerResult; contentType: string; body: unknown }>([
  { name: 'JSON', result: { json: [1] }, contentType: 'application/json', body: '[1]' },
  { name: 'null', result: { json: null }, contentType: 'application/json', body: 'null' },
  { name: 'text', result: { text: 'é' }, contentType: 'text/plain; charset=utf-8', body: 'é' },
  { name: 'empty text', result: { text: '' }, contentType: 'text/plain; charset=utf-8', body: '' },
  { name: 'bytes', result: { bytes }, contentType: 'application/octet-stream', body: bytes },
  {
    name: 'bytes of a type',
    result: { bytes, contentType: 'image/png' },
    contentType: 'image/png',
    body: bytes,
  },
  {
    name: 'JSON of a type',
    result: { json: {}, contentType: 'application/geo+json' },
    contentType: 'application/geo+json',
    body: '{}',
  },
])('$name is sent as $contentType', ({ result, contentType, body }) => {
  const response = toResponse(result);
  expect(response.body).toEqual(body);
  expect(response.headers['content-type']).toBe(contentType);
});

test('the length is in bytes', () => {
  expect(toResponse({ text: 'é' }).headers['content-length']).toBe('2');
});

test('without a body there are no headers of a body', () => {
  expect(toResponse({ status: 204, headers: { etag: '"1"' } })).toEqual({
    status: 204,
    headers: { etag: '"1"' },
  });
});

test('header names become lower case, so that none occurs twice', () => {
  const { headers } = toResponse({ headers: { 'Cache-Control': 'max-age=60' } });
  expect(headers).toEqual({ 'cache-control': 'max-age=60' });
});

test.each<{ name: string; result: HandlerResult; message: RegExp }>([
  { name: 'two bodies', result: { json: {}, text: '' }, message: /at most one of/ },
  { name: 'a body with 204', result: { status: 204, json: {} }, message: /cannot have a body/ },
  { name: 'a body with 304', result: { status: 304, text: '' }, message: /cannot have a body/ },
  { name: 'a status below 200', result: { status: 101 }, message: /101 is not the status/ },
  { name: 'a status above 599', result: { status: 600 }, message: /600 is not the status/ },
  { name: 'a status with a fraction', result: { status: 200.5 }, message: /is not the status/ },
  {
    name: 'a line break in a header',
    result: { headers: { location: '/x\r\nSet-Cookie: y' } },
    message: /Invalid character/,
  },
  { name: 'a malformed header name', result: { headers: { 'a b': 'c' } }, message: /valid HTTP/ },
  {
    name: 'a line break in the type',
    result: { text: '', contentType: 'text/html\r\nX: y' },
    message: /Invalid character/,
  },
  { name: 'JSON that cannot be written', result: { json: () => {} }, message: /undefined/ },
])('a result with $name is a bug', ({ result, message }) => {
  expect(() => toResponse(result)).toThrow(message);
});

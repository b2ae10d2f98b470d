/** What the caller gets for each response of an ordinary API that knows nothing of this module. */
import { expect, test } from '@jest/globals';
import type { ApiError, ApiErrorCode } from '../../../../shared/api-error.ts';
import { type Response, startDownstream } from './downstream-setup.ts';

const jsonType = { 'content-type': 'application/json; charset=utf-8' };
const textType = { 'content-type': 'text/plain' };
const htmlType = { 'content-type': 'text/html' };
const html = '<html>canary</html>';
const object = JSON.stringify({ error: { code: 'canary', message: 'canary' } });
/** A problem of another API: its `code` and `detail` are not ours to pass on. */
const problem: Omit<Response, 'status'> = {
  headers: { 'content-type': 'application/problem+json' },
  body: JSON.stringify({ type: 'about:blank', title: 'canary', detail: 'canary', code: 'blocked' }),
};

type Success = {
  readonly name: string;
  readonly response: Response;
  /** The value of `json`. */
  readonly json?: unknown;
  /** The value of `text`. Default: the body. */
  readonly text?: string;
};

const successes: readonly Success[] = [
  {
    name: '200 with an object',
    response: { status: 200, headers: jsonType, body: '{"id":1}' },
    json: { id: 1 },
  },
  {
    name: '200 with a list',
    response: { status: 200, headers: jsonType, body: '[1,[2]]' },
    json: [1, [2]],
  },
  {
    name: '200 with a JSON string',
    response: { status: 200, headers: jsonType, body: '"a"' },
    json: 'a',
  },
  { name: '200 with zero', response: { status: 200, headers: jsonType, body: '0' }, json: 0 },
  {
    name: '200 with false',
    response: { status: 200, headers: jsonType, body: 'false' },
    json: false,
  },
  { name: '200 with null', response: { status: 200, headers: jsonType, body: 'null' }, json: null },
  {
    name: '200 with a JSON type of its own',
    response: {
      status: 200,
      headers: { 'content-type': 'application/vnd.api+json' },
      body: '{"data":[]}',
    },
    json: { data: [] },
  },
  {
    name: '200 with JSON and no media type',
    response: { status: 200, body: '{"id":1}' },
    json: { id: 1 },
  },
  {
    name: '200 with JSON and a byte order mark',
    response: { status: 200, headers: jsonType, body: '\ufeff{"id":1}' },
    json: { id: 1 },
    text: '{"id":1}',
  },
  { name: '200 with text', response: { status: 200, headers: textType, body: '5' } },
  { name: '200 with HTML', response: { status: 200, headers: htmlType, body: html } },
  { name: '200 with malformed JSON', response: { status: 200, headers: jsonType, body: '{' } },
  { name: '200 with an empty body', response: { status: 200, headers: jsonType } },
  {
    name: '200 with bytes',
    response: {
      status: 200,
      headers: { 'content-type': 'image/png' },
      body: new Uint8Array([0x89, 0x50]),
    },
    text: '\ufffdP',
  },
  {
    name: '201 with a location',
    response: { status: 201, headers: { ...jsonType, location: '/api/1' }, body: '{"id":1}' },
    json: { id: 1 },
  },
  {
    name: '202 with Retry-After',
    response: { status: 202, headers: { 'retry-after': '7', 'operation-location': '/api/op' } },
  },
  { name: '203 with text', response: { status: 203, headers: textType, body: 'a' } },
  { name: '204', response: { status: 204, headers: { etag: '"1"' } } },
  { name: '205', response: { status: 205 } },
  {
    name: '206 with a part',
    response: {
      status: 206,
      headers: { ...textType, 'content-range': 'bytes 0-0/2' },
      body: 'a',
    },
  },
  {
    name: '207 with XML',
    response: { status: 207, headers: { 'content-type': 'application/xml' }, body: '<a/>' },
  },
];

test.each(successes)('$name is returned', async ({ response, json, text }) => {
  const { downstream, call } = await startDownstream(() => response);
  const result = await downstream.get(call, 'things');
  expect(result.status).toBe(response.status);
  expect(result.headers).toMatchObject(response.headers ?? {});
  expect(result.json).toEqual(json);
  expect(result.text).toBe(text ?? response.body ?? '');
  expect([...result.bytes]).toEqual([...Buffer.from(response.body ?? '')]);
});

type Failure = {
  readonly name: string;
  readonly response: Response;
  /** The code of the error. */
  readonly code: ApiErrorCode;
  /** Seconds in the error. */
  readonly retryAfter?: number;
};

const unusable = (name: string, response: Response): Failure => ({
  name,
  response,
  code: 'bad_gateway',
});

const failures: readonly Failure[] = [
  unusable('300', { status: 300, headers: jsonType, body: object }),
  unusable('301', { status: 301, headers: { location: '/api/canary' } }),
  unusable('302 with HTML', {
    status: 302,
    headers: { ...htmlType, location: 'https://evil.example/canary' },
    body: html,
  }),
  unusable('304', { status: 304 }),
  unusable('307', { status: 307, headers: { location: '/api/canary' } }),
  {
    name: '400 with an object',
    response: { status: 400, headers: jsonType, body: object },
    code: 'bad_request',
  },
  { name: '400 with a problem', response: { status: 400, ...problem }, code: 'bad_request' },
  unusable('401 without a challenge', { status: 401, headers: jsonType, body: object }),
  unusable('401 with a challenge without claims', {
    status: 401,
    headers: { 'www-authenticate': 'Bearer realm="canary", error="invalid_token"' },
  }),
  unusable('401 with claims in the body alone', {
    status: 401,
    headers: jsonType,
    body: JSON.stringify({ code: 'step_up_required', claims: { access_token: {} } }),
  }),
  unusable('402 with a problem', { status: 402, ...problem }),
  {
    name: '403 with HTML',
    response: { status: 403, headers: htmlType, body: html },
    code: 'forbidden',
  },
  { name: '403 with a problem', response: { status: 403, ...problem }, code: 'forbidden' },
  { name: '404 with an empty body', response: { status: 404 }, code: 'not_found' },
  {
    name: '404 with a list',
    response: { status: 404, headers: jsonType, body: '["canary"]' },
    code: 'not_found',
  },
  unusable('405', { status: 405, headers: { allow: 'POST' } }),
  unusable('406', { status: 406 }),
  unusable('408 with Retry-After', { status: 408, headers: { 'retry-after': '7' } }),
  { name: '409 with a problem', response: { status: 409, ...problem }, code: 'state_conflict' },
  unusable('410 with a problem', { status: 410, ...problem }),
  unusable('411', { status: 411 }),
  { name: '412 with an empty body', response: { status: 412 }, code: 'conflict' },
  {
    name: '413 with text',
    response: { status: 413, headers: textType, body: 'canary' },
    code: 'too_large',
  },
  unusable('414', { status: 414 }),
  {
    name: '415 with a problem',
    response: { status: 415, ...problem },
    code: 'unsupported_media_type',
  },
  unusable('417', { status: 417 }),
  unusable('421', { status: 421 }),
  {
    name: '422 with a list',
    response: { status: 422, headers: jsonType, body: '["canary"]' },
    code: 'unprocessable',
  },
  unusable('423', { status: 423 }),
  unusable('424', { status: 424 }),
  unusable('426', { status: 426, headers: { upgrade: 'h2c' } }),
  { name: '428', response: { status: 428 }, code: 'precondition_required' },
  {
    name: '429 without Retry-After',
    response: { status: 429, headers: jsonType, body: object },
    code: 'unavailable',
  },
  {
    name: '429 with Retry-After',
    response: { status: 429, headers: { ...jsonType, 'retry-after': '7' }, body: object },
    code: 'unavailable',
    retryAfter: 7,
  },
  {
    name: '429 with a Retry-After of a day',
    response: { status: 429, headers: { 'retry-after': '86400' } },
    code: 'unavailable',
    retryAfter: 300,
  },
  unusable('431', { status: 431 }),
  unusable('451 with HTML', { status: 451, headers: htmlType, body: html }),
  unusable('500 with a stack trace', { status: 500, headers: textType, body: 'canary at a.ts:1' }),
  unusable('500 with a problem', { status: 500, ...problem }),
  unusable('501', { status: 501 }),
  unusable('502 with HTML', { status: 502, headers: htmlType, body: html }),
  {
    name: '503 with HTML',
    response: { status: 503, headers: htmlType, body: html },
    code: 'unavailable',
  },
  {
    name: '503 with Retry-After',
    response: { status: 503, ...problem, headers: { 'retry-after': '120' } },
    code: 'unavailable',
    retryAfter: 120,
  },
  {
    name: '503 with a malformed Retry-After',
    response: { status: 503, headers: { 'retry-after': 'canary' } },
    code: 'unavailable',
  },
  unusable('504 with Retry-After', { status: 504, headers: { 'retry-after': '7' } }),
  unusable('507', { status: 507 }),
];

test.each(failures)('$name becomes $code', async ({ response, code, retryAfter }) => {
  const { downstream, call } = await startDownstream(() => response, { name: 'orders' });
  const error = await downstream.get(call, 'things').catch((reason: unknown) => reason);
  const { options } = error as ApiError;
  expect(error).toMatchObject({ code });
  expect(options.retryAfter).toBe(retryAfter);
  expect(options.logContext).toMatchObject({
    downstream: 'orders',
    downstreamStatus: response.status,
  });
  expect(JSON.stringify(options)).not.toContain('canary');
});

test.each(failures)('$name is returned if errors are not thrown', async ({ response }) => {
  const { downstream, call, requests } = await startDownstream(() => response);
  const result = await downstream.get(call, 'things', { throwOnError: false });
  expect(result.status).toBe(response.status);
  expect(result.text).toBe(response.body ?? '');
  expect(requests).toHaveLength(1);
});

test.each([
  { status: 413, detail: 'The orders service does not accept content of this size.' },
  { status: 415, detail: 'The orders service does not accept content of this type.' },
  { status: 428, detail: 'The orders service requires a precondition for this request.' },
  { status: 503, detail: 'The orders service is not answering. Try again later.' },
])('the detail for $status names the service', async ({ status, detail }) => {
  const { downstream, call } = await startDownstream(() => ({ status }), { name: 'orders' });
  await expect(downstream.get(call, 'things')).rejects.toMatchObject({ options: { detail } });
});

import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type FunctionsHost, startFunctionsHost } from '../../../../local/functions-host/host.ts';
import { createRecorder } from '../../../../local/emulators/control/recorder.ts';
import { rawRequest, sendRaw } from '../../../support/raw-http.ts';

const entry = fileURLToPath(new URL('../../../support/fixtures/probe-app.ts', import.meta.url));
const env = { PATH: process.env.PATH ?? '' };
const recorder = createRecorder();
const lines: string[] = [];
let host: FunctionsHost;
let port: number;

beforeAll(async () => {
  host = await startFunctionsHost({
    name: 'original-api',
    port: 0,
    entry,
    env,
    recorder,
    log: (line) => lines.push(line),
  });
  port = Number(new URL(host.origin).port);
});
afterAll(() => host.close());

const ask = (line: string, headers?: string[], body?: string) =>
  sendRaw(port, rawRequest(line, headers, body));
const describeCall = async (line: string, headers?: string[], body?: string) => {
  const answer = await ask(line, headers, body);
  expect(answer.status).toBe(200);
  return JSON.parse(Buffer.from(answer.body.split('\r\n')[1] ?? '', 'latin1').toString());
};

test.each([
  ['GET /api/things/mine', 'literal', {}],
  ['GET /API/Things/MINE', 'literal', {}],
  ['GET /api/things/mine/', 'literal', {}],
  ['GET /api/x/../things/mine', 'literal', {}],
  ['PUT /api/things/mine', 'parameter', { id: 'mine' }],
  ['GET /api/things/other', 'parameter', { id: 'other' }],
  ['GET /api/things/a%2Fb%20c', 'parameter', { id: 'a%2Fb c' }],
  ['GET /api/things/caf%C3%A9%FF', 'parameter', { id: 'café%FF' }],
  ['GET /api/things/a/b', 'catchAll', { rest: 'a/b' }],
  ['GET http://elsewhere/api/things/mine', 'literal', {}],
])('%s reaches %s', async (line, name, params) => {
  expect(await describeCall(line)).toMatchObject({ function: name, params });
});

test.each([
  'GET /api/unknown',
  'GET /api',
  'GET /things/mine',
  'POST /api/things/mine',
  'HEAD /api/things/mine',
  'OPTIONS /api/things/mine/deeper',
  'GET //api/things/mine',
  'GET /api//things/mine',
  'GET /api/things//mine',
  'TRACE /api/things/mine',
])('%s is 404 with an empty body and no Allow', async (line) => {
  const answer = await ask(line);
  expect(answer).toMatchObject({ status: 404, body: '' });
  expect(answer.head).not.toMatch(/allow/i);
});

test('OPTIONS and HEAD reach a function that lists them', async () => {
  expect((await describeCall('OPTIONS /api/things/x')).method).toBe('OPTIONS');
  expect(await ask('HEAD /api/headed')).toMatchObject({ status: 200, body: '' });
});

test('joins repeated request headers with a comma and no blank, Authorization too', async () => {
  const { headers } = await describeCall('GET /api/things/x', [
    'Authorization: Bearer a',
    'X-One: 1',
    'AUTHORIZATION: Bearer b',
    'x-one: 2',
  ]);
  expect(headers).toMatchObject({ authorization: 'Bearer a,Bearer b', 'x-one': '1,2' });
});

test('joins repeated query keys in query and keeps them in the URL, which the Host header alone decides', async () => {
  const { query, url } = await describeCall('GET /api/things/x?limit=1&LIMIT=2&empty', [
    'X-Forwarded-Host: evil.example',
    'X-Forwarded-Proto: https',
  ]);
  expect(query).toEqual([
    ['limit', '1,2'],
    ['empty', ''],
  ]);
  expect(url).toBe('http://localhost/api/things/x?limit=1&LIMIT=2&empty');
});

test('a body with Content-Length arrives; a chunked one arrives empty', async () => {
  expect((await describeCall('PUT /api/things/x', ['Content-Length: 5'], 'hello')).body).toBe(
    'hello',
  );
  expect(
    (
      await describeCall(
        'PUT /api/things/x',
        ['Transfer-Encoding: chunked'],
        '5\r\nhello\r\n0\r\n\r\n',
      )
    ).body,
  ).toBe('');
  expect((await describeCall('GET /api/things/x', ['Content-Length: 5'], 'hello')).body).toBe('');
});

test.each([
  ['a body over 100 MiB', 'PUT /api/things/x', [`Content-Length: ${100 * 1024 * 1024 + 1}`], 500],
  [
    '33 KB of headers',
    'GET /api/things/x',
    Array.from({ length: 33 }, (_, index) => `X-${index}: ${'v'.repeat(1000)}`),
    431,
  ],
  [
    '101 headers',
    'GET /api/things/x',
    Array.from({ length: 101 }, (_, index) => `X-${index}: v`),
    431,
  ],
  ['a URL of 9 KB', `GET /api/things/${'x'.repeat(9_000)}`, [], 414],
  ['two hosts', 'GET /api/things/x', ['Host: other.example'], 400],
  ['a NUL in the path', 'GET /api/things/%00', [], 400],
])('refuses %s', async (_, line, headers, status) => {
  expect(await ask(line, headers)).toMatchObject({ status, body: '' });
});

test.each([
  'a b',
  '[::',
  'u:p@x',
  '',
  'evil.example/api/headed?',
  'localhost/?access_token=x&',
  'x#y',
  'x\\y',
  'localhost:99999',
  'a%20b',
])('refuses the host %j as the real one does, with nothing in the log', async (name) => {
  const before = lines.length;
  const answer = await sendRaw(
    port,
    `GET /api/things/x HTTP/1.1\r\nHost: ${name}\r\nConnection: close\r\n\r\n`,
  );
  expect([answer.status, answer.body, lines.slice(before)]).toEqual([400, '', []]);
});

test.each(['localhost:7071', '127.0.0.1', '[::1]:80', 'API.example', 'my_host'])(
  'takes the host %s',
  async (name) => {
    const answer = await sendRaw(
      port,
      `GET /api/things/x HTTP/1.1\r\nHost: ${name}\r\nConnection: close\r\n\r\n`,
    );
    expect(answer.status).toBe(200);
  },
);

test('accepts 31 KB of headers', async () => {
  const headers = Array.from({ length: 31 }, (_, index) => `X-${index}: ${'v'.repeat(1000)}`);
  expect((await ask('GET /api/things/x', headers)).status).toBe(200);
});

test('sends lower-case header names, joins repeated ones, keeps the last Set-Cookie and chunks the body', async () => {
  const { status, head, body } = await ask('GET /api/headers');
  expect(status).toBe(401);
  expect(head).toMatch(/^x-custom: Value\r?$/m);
  expect(head).toMatch(/^x-twice: one, two\r?$/m);
  expect(head).toMatch(/^www-authenticate: Bearer realm="x"\r?$/m);
  expect(head.match(/set-cookie: .*/g)).toEqual(['set-cookie: b=2']);
  expect(head).toMatch(/transfer-encoding: chunked/i);
  expect(body).toBe('5\r\nhello\r\n0\r\n\r\n');
});

test('keeps a Content-Length that the function set', async () => {
  const { head, body } = await ask('GET /api/headers?length');
  expect(head).not.toMatch(/chunked/);
  expect(body).toBe('hello');
});

test('writes every cookie of the cookies list', async () => {
  const { head } = await ask('GET /api/cookies');
  expect(head.match(/set-cookie: .*/g)).toEqual([
    'set-cookie: a=1; max-age=0; path=/; samesite=strict; httponly',
    'set-cookie: b=2',
  ]);
});

test('a throwing handler is a 500 without words, and a handler that returns nothing a 204', async () => {
  expect(await ask('GET /api/throws')).toMatchObject({ status: 500, body: '' });
  expect(await ask('GET /api/nothing')).toMatchObject({ status: 204, body: '' });
});

test('GET / is the home page unless it is disabled', async () => {
  expect(await ask('GET /')).toMatchObject({
    status: 200,
    body: expect.stringContaining('Functions 4.0'),
  });
  const quiet = await startFunctionsHost({
    name: 'original-api',
    port: 0,
    entry,
    env: { ...env, AzureWebJobsDisableHomepage: 'true' },
    log() {},
  });
  expect(await sendRaw(Number(new URL(quiet.origin).port), rawRequest('GET /'))).toMatchObject({
    status: 204,
    body: '',
  });
  await quiet.close();
});

test('gives the app its own environment and nothing of ours', async () => {
  const { body } = await ask('GET /api/setting');
  expect(
    JSON.parse(body.split('\r\n')[1] ?? '').filter(
      (name: string) => !/^(PATH|NODE_CHANNEL.*)$/.test(name),
    ),
  ).toEqual([]);
});

test("passes the app's own log lines on as they are", async () => {
  await ask('GET /api/slow');
  expect(lines).toContain('{"slow":"begun"}');
});

test('records method, template, status, challenge and the trace as a GUID, and no value of a parameter', async () => {
  recorder.clear();
  await ask('GET /api/things/secret-id', [
    'traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  ]);
  await ask('GET /api/headers');
  await ask('GET /api/secret-path');
  expect(recorder.since(0)).toMatchObject([
    {
      hop: 'original-api',
      operation: 'GET things/{id}',
      status: 200,
      correlationId: '0af76519-16cd-43dd-8448-eb211c80319c',
    },
    {
      operation: 'GET headers',
      status: 401,
      facts: { method: 'GET', path: 'headers', wwwAuthenticate: 'Bearer realm="x"' },
    },
    { operation: 'GET (no such route)', status: 404 },
  ]);
  expect(JSON.stringify(recorder.since(0))).not.toContain('secret');
});

test('a crash fails the request in flight, and the next one waits for the new worker', async () => {
  const before = host.workerPid();
  expect(await ask('GET /api/crash')).toMatchObject({ status: 500, body: '' });
  const after = await describeCall('GET /api/things/x');
  expect(after.pid).not.toBe(before);
  expect(host.workerPid()).toBe(after.pid);
});

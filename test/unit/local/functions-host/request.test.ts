import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sendRaw } from '../../../support/raw-http.ts';
import { type ProbeHost, readChunk, startProbeHost } from './probe-host.ts';

let probe: ProbeHost;

beforeAll(async () => {
  probe = await startProbeHost();
});

afterAll(() => probe.host.close());

const createHeaders = (count: number, valueLength: number) =>
  Array.from({ length: count }, (_, index) => `X-${index}: ${'v'.repeat(valueLength)}`);

/** Sends a request with exactly this Host header. */
const sendWithHost = (host: string) =>
  sendRaw(probe.port, `GET /api/things/x HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);

test('joins repeated headers with a comma and no blank, also Authorization', async () => {
  const { headers } = await probe.describe('GET /api/things/x', [
    'Authorization: Bearer a',
    'X-One: 1',
    'AUTHORIZATION: Bearer b',
    'x-one: 2',
  ]);
  expect(headers).toMatchObject({ authorization: 'Bearer a,Bearer b', 'x-one': '1,2' });
});

test('joins repeated query keys in `query` and keeps them in the URL', async () => {
  const { query, url } = await probe.describe('GET /api/things/x?limit=1&LIMIT=2&empty');
  expect(query).toEqual([
    ['limit', '1,2'],
    ['empty', ''],
  ]);
  expect(url).toBe('http://localhost/api/things/x?limit=1&LIMIT=2&empty');
});

test('takes the origin of the URL from the Host header alone', async () => {
  const { url } = await probe.describe('GET /api/things/x', [
    'X-Forwarded-Host: evil.example',
    'X-Forwarded-Proto: https',
  ]);
  expect(url).toBe('http://localhost/api/things/x');
});

test('passes on a body with Content-Length', async () => {
  const { body } = await probe.describe('PUT /api/things/x', ['Content-Length: 5'], 'hello');
  expect(body).toBe('hello');
});

test('passes on an empty body if the body is chunked', async () => {
  const chunked = '5\r\nhello\r\n0\r\n\r\n';
  const { body } = await probe.describe(
    'PUT /api/things/x',
    ['Transfer-Encoding: chunked'],
    chunked,
  );
  expect(body).toBe('');
});

test('passes on an empty body of a GET', async () => {
  const { body } = await probe.describe('GET /api/things/x', ['Content-Length: 5'], 'hello');
  expect(body).toBe('');
});

test.each([
  {
    problem: 'a body over 100 MiB',
    request: 'PUT /api/things/x',
    headers: [`Content-Length: ${100 * 1024 * 1024 + 1}`],
    status: 500,
  },
  {
    problem: '33 KB of headers',
    request: 'GET /api/things/x',
    headers: createHeaders(33, 1_000),
    status: 431,
  },
  {
    problem: '101 headers',
    request: 'GET /api/things/x',
    headers: createHeaders(101, 1),
    status: 431,
  },
  {
    problem: 'a URL of 9 KB',
    request: `GET /api/things/${'x'.repeat(9_000)}`,
    headers: [],
    status: 414,
  },
  {
    problem: 'two Host headers',
    request: 'GET /api/things/x',
    headers: ['Host: other.example'],
    status: 400,
  },
  { problem: 'a NUL in the path', request: 'GET /api/things/%00', headers: [], status: 400 },
])('refuses $problem with $status', async ({ request, headers, status }) => {
  const response = await probe.send(request, headers);
  expect(response).toMatchObject({ status, body: '' });
});

test('accepts 31 KB of headers', async () => {
  const { status } = await probe.send('GET /api/things/x', createHeaders(31, 1_000));
  expect(status).toBe(200);
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
])('refuses the host %j and logs nothing', async (host) => {
  const linesBefore = probe.lines.length;
  const response = await sendWithHost(host);
  expect(response).toMatchObject({ status: 400, body: '' });
  expect(probe.lines).toHaveLength(linesBefore);
});

test.each(['localhost:7071', '127.0.0.1', '[::1]:80', 'API.example', 'my_host'])(
  'accepts the host %s',
  async (host) => {
    const { status } = await sendWithHost(host);
    expect(status).toBe(200);
  },
);

test('the app sees its own environment and nothing of the host', async () => {
  const { body } = await probe.send('GET /api/setting');
  const names: readonly string[] = JSON.parse(readChunk(body));
  expect(names.filter((name) => !/^(PATH|NODE_CHANNEL.*)$/.test(name))).toEqual([]);
});

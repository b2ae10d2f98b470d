import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { readClaims } from '../faults/responses.ts';
import { call } from '../support/call.ts';
import { type FakeDownstream, type Respond, startDownstream } from '../support/downstream.ts';
import { type Stack, startStack } from '../support/stack.ts';

const downstreamId = 'd0375100-0000-4000-8000-0000000000a3';

let stack: Stack;
let downstream: FakeDownstream;
let token: string;
beforeAll(async () => {
  downstream = await startDownstream();
  stack = await startStack({ set: { DOWNSTREAM_API_URL: downstream.url } });
  token = await stack.token('alice');
}, 120_000);
afterAll(async () => {
  await stack?.stop();
  await downstream?.close();
});
afterEach(() => {
  downstream.received.splice(0);
});

const listDocuments = (headers: Record<string, string> = {}) =>
  call(`${stack.urls.originalApi}/documents`, { token, headers });
const putDocument = (headers: Record<string, string> = {}) =>
  call(`${stack.urls.originalApi}/documents/one`, {
    token,
    method: 'PUT',
    json: { title: 'x', text: 'y' },
    headers: { 'if-match': '"1"', ...headers },
  });

test('a read forwards Accept-Language and no other header of the caller', async () => {
  await listDocuments({
    'accept-language': 'pt',
    cookie: 'session=1',
    'x-functions-key': 'secret',
    'x-ms-client-principal': 'x',
    origin: stack.urls.clientApp,
    'x-forwarded-for': '1.2.3.4',
  });
  expect(downstream.received).toHaveLength(1);
  expect(Object.keys(downstream.received[0]?.headers ?? {}).sort()).toEqual([
    'accept-encoding',
    'accept-language',
    'authorization',
    'connection',
    'host',
    'traceparent',
  ]);
});

test('a request contains a token for Downstream API and never token A', async () => {
  await listDocuments();
  await putDocument();
  const [, payloadOfTokenA] = token.split('.');
  expect(downstream.received).toHaveLength(2);
  expect(JSON.stringify(downstream.received)).not.toContain(payloadOfTokenA);

  const { authorization } = downstream.received[0]?.headers ?? {};
  expect(readClaims(authorization).aud).toBe(downstreamId);
});

test('a write forwards If-Match, the content type and the trace with a new span', async () => {
  await putDocument({ traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' });
  expect(downstream.received[0]?.headers).toMatchObject({
    'if-match': '"1"',
    'content-type': 'application/json',
    traceparent: expect.stringMatching(
      /^00-0af7651916cd43dd8448eb211c80319c-(?!b7ad6b7169203331)[0-9a-f]{16}-01$/,
    ),
  });
});

const failures: readonly {
  readonly name: string;
  readonly status: number;
  readonly code: string;
  readonly respond: Respond;
}[] = [
  {
    name: 'a redirect',
    status: 502,
    code: 'bad_gateway',
    respond: (_, response) =>
      response.writeHead(307, { location: `${downstream.url}/canary` }).end(),
  },
  {
    name: 'HTML',
    status: 502,
    code: 'bad_gateway',
    respond: (_, response) => response.end('<html>'),
  },
  {
    name: 'a body over 1 MiB',
    status: 502,
    code: 'bad_gateway',
    respond: (_, response) => response.end(JSON.stringify({ x: 'y'.repeat(1024 * 1024) })),
  },
  {
    name: 'a compressed body',
    status: 502,
    code: 'bad_gateway',
    respond: (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('x'),
  },
  {
    name: '500',
    status: 502,
    code: 'bad_gateway',
    respond: (_, response) =>
      response.writeHead(500).end('{"code":"unexpected","detail":"a stack trace"}'),
  },
  {
    name: '401 without claims',
    status: 502,
    code: 'bad_gateway',
    respond: (_, response) =>
      response.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"' }).end(),
  },
  {
    name: '403 because of Original API itself',
    status: 502,
    code: 'bad_gateway',
    respond: (_, response) => response.writeHead(403).end('{"code":"caller_not_allowed"}'),
  },
  {
    name: 'a broken connection',
    status: 502,
    code: 'bad_gateway',
    respond: (request) => request.socket.destroy(),
  },
  {
    name: '503',
    status: 503,
    code: 'unavailable',
    respond: (_, response) =>
      response.writeHead(503, { 'retry-after': '7' }).end('{"code":"unavailable"}'),
  },
];
test.each(failures)(
  '$name becomes $status $code without details of Downstream API',
  async ({ status, code, respond }) => {
    downstream.respondWith(respond);
    const response = await listDocuments();
    expect(response).toMatchObject({ status, json: { code } });
    expect(response.text).not.toMatch(/stack trace|html|localhost/);
    expect(downstream.received.filter(({ url }) => url.endsWith('canary'))).toEqual([]);
  },
);

test('a GET whose connection breaks is retried once', async () => {
  downstream.respondWith((request) => request.socket.destroy());
  await listDocuments();
  expect(downstream.received).toHaveLength(2);
});

test('a PUT whose connection breaks is not retried', async () => {
  downstream.respondWith((request) => request.socket.destroy());
  await putDocument();
  expect(downstream.received).toHaveLength(1);
});

import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { ApiError } from '../../../../shared/api-error.ts';
import type { Call } from '../../../../shared/http/create-api.ts';
import { createDownstream, type DownstreamRequest } from '../../../../shared/http/downstream.ts';
import { createOnBehalfOf } from '../../../../shared/obo/on-behalf-of.ts';
import { redact } from '../../../../shared/redacted.ts';
import type { Caller } from '../../../../shared/token/caller.ts';

type Said = { status: number; headers?: Record<string, string>; body?: object };

let server: Server;
let asked: IncomingMessage[] = [];
let answer: (token: string) => Said;
let exchanges = 0;

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request);
    const { status, headers, body } = answer(request.headers.authorization ?? '');
    response.writeHead(status, headers).end(body && JSON.stringify(body));
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  asked = [];
  exchanges = 0;
});

function setUp() {
  const exchange = async () => {
    exchanges += 1;
    return { token: redact(`B${exchanges}`), expiresOnTimestamp: Date.now() + 3_600_000 };
  };
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/api/`);
  const downstream = createDownstream({
    url,
    clientId: 'd',
    onBehalfOf: createOnBehalfOf({ exchange }),
  });
  const caller = {
    digest: 'alice',
    tenantId: 't',
    expiresAt: Date.now() / 1_000 + 3_600,
  } as Caller;
  return (request: Partial<DownstreamRequest> = {}, headers: Record<string, string> = {}) => {
    const trace = { correlationId: 'id', traceparent: '00-a-b-01' };
    const call = {
      caller,
      trace,
      request: { headers: new Headers(headers) },
      signal: AbortSignal.timeout(60_000),
      note: () => {},
    };
    return downstream(call as unknown as Call, {
      method: 'GET',
      path: 'things',
      scope: 'Read',
      ...request,
    }).then(
      (result) => result,
      ({ code, options }: ApiError) => ({ code, detail: options.detail }),
    );
  };
}

test('a token that Downstream no longer takes, without saying why, is used for that request alone', async () => {
  const ask = setUp();
  answer = (token) => (token === 'Bearer B1' ? { status: 401 } : { status: 200, body: {} });
  expect(await ask()).toMatchObject({ code: 'bad_gateway' });
  expect(await ask()).toMatchObject({ status: 200 });
  expect([exchanges, asked.length]).toEqual([2, 2]);
});

test('of the caller’s headers three go on, and token A is not one of them', async () => {
  answer = () => ({ status: 200, body: {} });
  const own = { 'if-match': '"1"', 'if-none-match': '"2"', 'accept-language': 'de' };
  await setUp()(
    { method: 'PUT', json: {} },
    {
      ...own,
      authorization: 'Bearer A',
      cookie: 'c',
      'x-forwarded-for': '1',
      forwarded: 'x',
      origin: 'o',
    },
  );
  const {
    host,
    connection,
    'content-length': length,
    'accept-encoding': encoding,
    ...rest
  } = asked[0]?.headers ?? {};
  expect(rest).toEqual({
    ...own,
    authorization: 'Bearer B1',
    traceparent: '00-a-b-01',
    'content-type': 'application/json',
  });
});

test.each<[string, Said, Partial<DownstreamRequest>, unknown]>([
  ['a deletion', { status: 204 }, { method: 'DELETE' }, { status: 204 }],
  ['nothing for a GET', { status: 204 }, {}, { code: 'bad_gateway' }],
  ['nothing for a PUT', { status: 204 }, { method: 'PUT', json: {} }, { code: 'bad_gateway' }],
  [
    'a apiError about the object',
    { status: 404, body: { code: 'not_found' } },
    {},
    { code: 'not_found' },
  ],
  [
    'a apiError whose code has another status',
    { status: 403, body: { code: 'not_found' } },
    {},
    { code: 'bad_gateway' },
  ],
  [
    'a apiError of the call itself',
    { status: 403, body: { code: 'caller_not_allowed' } },
    {},
    { code: 'bad_gateway' },
  ],
  [
    'a apiError about a token',
    { status: 401, body: { code: 'invalid_token' } },
    {},
    { code: 'bad_gateway' },
  ],
  ['a redirect', { status: 302, headers: { location: '/' } }, {}, { code: 'bad_gateway' }],
])('%s', async (_name, said, request, expected) => {
  answer = () => said;
  expect(await setUp()(request)).toMatchObject(expected as object);
});

test.each([
  ['The title is missing.', true],
  ['x'.repeat(500), true],
  ['x'.repeat(501), false],
  ['Ask alice@contoso.example.', false],
  ['AADSTS50076: no.', false],
  ['See /home/site/wwwroot.', false],
  ['See C:\\home.', false],
  ['One\nTwo', false],
  [7, false],
])('the detail %p goes up: %p', async (detail, goesUp) => {
  answer = () => ({ status: 400, body: { code: 'bad_request', detail } });
  expect(await setUp()()).toEqual({ code: 'bad_request', detail: goesUp ? detail : undefined });
});

import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Call } from '../../../../shared/http/create-api.ts';
import { createDownstream, type DownstreamRequest } from '../../../../shared/http/downstream.ts';
import { createOnBehalfOf } from '../../../../shared/obo/on-behalf-of.ts';
import { redact } from '../../../../shared/redacted.ts';
import type { Caller } from '../../../../shared/token/caller.ts';

type Response = {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: object;
};

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanups.splice(0)) cleanUp();
});

/** Starts a downstream API for one test. Its tokens are B1, B2 and so on, one for each exchange. */
async function startDownstream(respond: (authorization: string) => Response) {
  const requests: IncomingHttpHeaders[] = [];
  const server = createServer(({ headers: requestHeaders }, serverResponse) => {
    requests.push(requestHeaders);
    const { status, headers, body } = respond(requestHeaders.authorization ?? '');
    serverResponse.writeHead(status, headers).end(body && JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });

  let exchanges = 0;
  const exchange = async () => {
    exchanges += 1;
    return { token: redact(`B${exchanges}`), expiresOnTimestamp: Date.now() + 3_600_000 };
  };
  const callDownstream = createDownstream({
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/api/`),
    clientId: 'd',
    onBehalfOf: createOnBehalfOf({ exchange }),
  });

  function call(
    request: Partial<DownstreamRequest> = {},
    incomingHeaders: Record<string, string> = {},
  ) {
    const incomingCall = {
      caller: { digest: 'alice', tenantId: 't', expiresAt: Date.now() / 1_000 + 3_600 } as Caller,
      trace: { correlationId: 'id', traceparent: '00-a-b-01' },
      request: { headers: new Headers(incomingHeaders) },
      signal: new AbortController().signal,
      addLogContext: () => {},
    };
    return callDownstream(incomingCall as unknown as Call, {
      method: 'GET',
      path: 'things',
      scope: 'Read',
      ...request,
    });
  }

  return { call, requests, exchanges: () => exchanges };
}

test('a token that Downstream rejects without a challenge is not used again', async () => {
  const { call, requests, exchanges } = await startDownstream((authorization) =>
    authorization === 'Bearer B1' ? { status: 401 } : { status: 200, body: {} },
  );
  await expect(call()).rejects.toMatchObject({ code: 'bad_gateway' });
  expect(await call()).toMatchObject({ status: 200 });
  expect(exchanges()).toBe(2);
  expect(requests).toHaveLength(2);
});

test("three headers of the caller are forwarded, and the caller's token is not", async () => {
  const { call, requests } = await startDownstream(() => ({ status: 200, body: {} }));
  const forwarded = { 'if-match': '"1"', 'if-none-match': '"2"', 'accept-language': 'de' };
  const dropped = {
    authorization: 'Bearer A',
    cookie: 'c',
    'x-forwarded-for': '1',
    forwarded: 'x',
    origin: 'o',
  };
  await call({ method: 'PUT', json: {} }, { ...forwarded, ...dropped });

  const {
    host: _host,
    connection: _connection,
    'content-length': _length,
    'accept-encoding': _encoding,
    ...received
  } = requests[0] ?? {};
  expect(received).toEqual({
    ...forwarded,
    authorization: 'Bearer B1',
    traceparent: '00-a-b-01',
    'content-type': 'application/json',
  });
});

test('a DELETE may succeed without a body', async () => {
  const { call } = await startDownstream(() => ({ status: 204 }));
  expect(await call({ method: 'DELETE' })).toEqual({ status: 204 });
});

test('an error about the requested object is forwarded', async () => {
  const { call } = await startDownstream(() => ({ status: 404, body: { code: 'not_found' } }));
  await expect(call()).rejects.toMatchObject({ code: 'not_found' });
});

test.each<{ name: string; response: Response; request?: Partial<DownstreamRequest> }>([
  { name: 'a GET without a body', response: { status: 204 } },
  {
    name: 'a PUT without a body',
    response: { status: 204 },
    request: { method: 'PUT', json: {} },
  },
  {
    name: 'an error whose status does not match its code',
    response: { status: 403, body: { code: 'not_found' } },
  },
  {
    name: 'an error about the calling app',
    response: { status: 403, body: { code: 'caller_not_allowed' } },
  },
  {
    name: 'an error about the token',
    response: { status: 401, body: { code: 'invalid_token' } },
  },
  { name: 'a redirect', response: { status: 302, headers: { location: '/' } } },
])('$name is reported as bad_gateway', async ({ response, request }) => {
  const { call } = await startDownstream(() => response);
  await expect(call(request)).rejects.toMatchObject({ code: 'bad_gateway' });
});

describe('the detail of an error', () => {
  const detailAfter = async (detail: unknown) => {
    const { call } = await startDownstream(() => ({
      status: 400,
      body: { code: 'bad_request', detail },
    }));
    const error = await call().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'bad_request' });
    return (error as { options: { detail?: string } }).options.detail;
  };

  test.each(['The title is missing.', 'x'.repeat(500)])('%p is forwarded', async (detail) => {
    expect(await detailAfter(detail)).toBe(detail);
  });

  test.each([
    'x'.repeat(501),
    'Ask alice@contoso.example.',
    'AADSTS50076: no.',
    'See /home/site/wwwroot.',
    'See C:\\home.',
    'One\nTwo',
    7,
  ])('%p is dropped', async (detail) => {
    expect(await detailAfter(detail)).toBeUndefined();
  });
});

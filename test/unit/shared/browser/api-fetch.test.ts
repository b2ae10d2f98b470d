import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createApiFetch } from '../../../../shared/browser/api-fetch.ts';
import type { AcquireTokenOptions } from '../../../../shared/browser/token-source.ts';

/** A request as the API received it. */
interface Received {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly authorization: string | undefined;
  readonly traceparent: string | undefined;
  readonly body: string;
}

const claims = btoa('{"access_token":{}}');
const claimsChallenge = `Bearer error="insufficient_claims", claims="${claims}"`;

describe('over HTTP', () => {
  const received: Received[] = [];
  const acquired: (AcquireTokenOptions | undefined)[] = [];
  const tokens = {
    async acquire(options?: AcquireTokenOptions) {
      acquired.push(options);
      return options?.renewal ? 'renewed' : 'first';
    },
  };
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { method, url, headers } = request;
    const { authorization, traceparent } = headers;
    received.push({ method, url, authorization, traceparent: String(traceparent), body });
    const isChallenged = url === '/api/step-up' && authorization === 'Bearer first';
    if (isChallenged) response.writeHead(401, { 'www-authenticate': claimsChallenge }).end();
    else if (url === '/api/blocked') response.writeHead(403).end('{"code":"blocked"}');
    else if (url === '/api/moved') response.writeHead(302, { location: '/api/orders' }).end();
    else if (url !== '/api/silent') response.end('{"id":1}');
  });
  let baseUrl: string;

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`;
  });

  beforeEach(() => {
    received.length = 0;
    acquired.length = 0;
  });

  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  test('sends a request with a token and a trace', async () => {
    const apiFetch = createApiFetch({ baseUrl, tokens });
    const response = await apiFetch('orders?limit=1');
    expect(await response.json()).toEqual({ id: 1 });
    expect(received).toMatchObject([
      {
        method: 'GET',
        url: '/api/orders?limit=1',
        authorization: 'Bearer first',
        traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/),
      },
    ]);
  });

  test('acquires the token for the scopes and the trace of the request', async () => {
    const trace = { traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`, correlationId: 'c' };
    await createApiFetch({ baseUrl, tokens })('orders', { scopes: ['s'], trace });
    expect(acquired).toEqual([{ scopes: ['s'], correlationId: 'c', renewal: undefined }]);
    expect(received[0]?.traceparent).toBe(trace.traceparent);
  });

  test('sends a challenged request again, with the same body and another trace', async () => {
    const apiFetch = createApiFetch({ baseUrl, tokens });
    const response = await apiFetch('step-up', { method: 'PUT', body: 'text' });
    expect(response.status).toBe(200);
    expect(received.map(({ authorization }) => authorization)).toEqual([
      'Bearer first',
      'Bearer renewed',
    ]);
    expect(received.map(({ body }) => body)).toEqual(['text', 'text']);
    expect(received[0]?.traceparent).not.toBe(received[1]?.traceparent);
    expect(acquired[1]?.renewal).toEqual({ claims: '{"access_token":{}}' });
  });

  test('throws the problem of an error response', async () => {
    await expect(createApiFetch({ baseUrl, tokens })('blocked')).rejects.toMatchObject({
      problem: { code: 'blocked', status: 403 },
    });
  });

  test('follows no redirect', async () => {
    await expect(createApiFetch({ baseUrl, tokens })('moved')).rejects.toMatchObject({
      problem: { code: 'unreachable' },
    });
    expect(received.length).toBe(1);
  });

  test('throws a timeout when the API does not respond in time', async () => {
    await expect(createApiFetch({ baseUrl, tokens, timeout: 50 })('silent')).rejects.toMatchObject({
      problem: { code: 'timeout', status: 0 },
    });
  });

  test('throws the reason when the caller aborts the request', async () => {
    const controller = new AbortController();
    const reason = new Error('the view closed');
    const result = createApiFetch({ baseUrl, tokens })('silent', { signal: controller.signal });
    controller.abort(reason);
    await expect(result).rejects.toBe(reason);
  });

  test.each([
    { name: 'an absolute path', path: '/orders' },
    { name: 'another origin', path: 'https://evil.example/api/orders' },
    { name: 'another host', path: '//evil.example/api/orders' },
    { name: 'another host with backslashes', path: '\\\\evil.example/api' },
    { name: 'another path', path: '../orders' },
    { name: 'another path, percent-encoded', path: '%2e%2e/orders' },
    { name: 'another resource below the base URL', path: 'orders/../admin' },
    { name: 'another resource, percent-encoded', path: 'orders/.%2E/admin' },
    { name: 'another resource, by a backslash', path: 'orders/..\\admin' },
    { name: 'another resource, with a tab', path: 'orders/.\t./admin' },
    { name: 'the parent of a resource', path: 'orders/.. ' },
    { name: 'another scheme', path: 'data:text/plain,orders' },
  ])('sends no token to $name', async ({ path }) => {
    await expect(createApiFetch({ baseUrl, tokens })(path)).rejects.toThrow(TypeError);
    expect(acquired).toEqual([]);
  });

  test('sends no token to another origin that starts with the base URL', async () => {
    const apiFetch = createApiFetch({ baseUrl: 'https://orders.example', tokens });
    await expect(apiFetch('https://orders.example.evil/')).rejects.toThrow(TypeError);
  });

  test('accepts a URL below the base URL, such as a link of a response', async () => {
    await createApiFetch({ baseUrl, tokens })(`${baseUrl}/orders/2`);
    expect(received[0]?.url).toBe('/api/orders/2');
  });

  test('accepts dots in a name and in the query', async () => {
    await createApiFetch({ baseUrl, tokens })('orders/..2?next=/../1');
    expect(received[0]?.url).toBe('/api/orders/..2?next=/../1');
  });
});

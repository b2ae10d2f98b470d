import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createManagedIdentity } from '../../../downstream-api/managed-identity.ts';
import { until } from '../../support/until.ts';

const second = 1_000;
const minute = 60 * second;

const storage = 'https://storage.azure.com/.default';

const servers = new Set<Server>();

afterEach(() => {
  for (const server of servers) server.close();
  servers.clear();
});

type TokenResponse = {
  readonly status?: number;
  readonly body?: string;
  readonly headers?: Record<string, string>;
};

/** Starts a token endpoint, and creates a managed identity with a clock. */
async function setUp({ clientId }: { clientId?: string } = {}) {
  let now = Date.now();
  let respondWith: () => TokenResponse = () => ({ body: tokenBody('token') });
  const requests: { readonly url: string | undefined; readonly header: unknown }[] = [];

  const tokenBody = (token: string) => {
    const expiresOn = Math.floor(now / 1_000) + 3_600;
    return JSON.stringify({ access_token: token, expires_on: String(expiresOn) });
  };

  const server = createServer((request, response) => {
    requests.push({ url: request.url, header: request.headers['x-identity-header'] });
    const { status = 200, body, headers } = respondWith();
    response.writeHead(status, headers).end(body);
  });
  servers.add(server);
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));

  const identity = createManagedIdentity(
    {
      IDENTITY_ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}/msi/token`,
      IDENTITY_HEADER: 'header',
      AZURE_CLIENT_ID: clientId,
    },
    () => now,
  );

  return {
    getToken: async (scopes: string | string[] = storage) =>
      (await identity.getToken(scopes)).token,
    /** The requests that the endpoint received, oldest first. */
    requests,
    pass: (milliseconds: number) => {
      now += milliseconds;
    },
    /** Makes the endpoint return this token. */
    issue(token: string) {
      respondWith = () => ({ body: tokenBody(token) });
    },
    /** Makes the endpoint respond like this. */
    respond(response: TokenResponse) {
      respondWith = () => response;
    },
  };
}

describe('a token request', () => {
  test('follows the protocol of App Service', async () => {
    const { getToken, requests } = await setUp({ clientId: 'an-id' });
    await getToken();
    const query = 'api-version=2019-08-01&resource=https%3A%2F%2Fstorage.azure.com&client_id=an-id';
    expect(requests).toEqual([{ url: `/msi/token?${query}`, header: 'header' }]);
  });

  test('names no client id for a system-assigned identity', async () => {
    const { getToken, requests } = await setUp();
    await getToken();
    expect(requests[0]?.url).not.toContain('client_id');
  });

  test('is sent once for 50 concurrent callers', async () => {
    const { getToken, requests } = await setUp();
    const tokens = await Promise.all(Array.from({ length: 50 }, () => getToken()));
    expect(tokens).toEqual(Array.from({ length: 50 }, () => 'token'));
    expect(requests).toHaveLength(1);
  });

  test('is sent for each resource', async () => {
    const { getToken, requests } = await setUp();
    await getToken('x');
    await getToken('y');
    expect(requests).toHaveLength(2);
  });
});

describe('a cached token', () => {
  test('is returned for the same scope, as a string or as a list', async () => {
    const { getToken, requests } = await setUp();
    await getToken(storage);
    await getToken([storage]);
    expect(requests).toHaveLength(1);
  });

  test('is returned until five minutes before it expires', async () => {
    const { getToken, requests, pass } = await setUp();
    await getToken();
    pass(54 * minute);
    await getToken();
    expect(requests).toHaveLength(1);
  });

  test('is refreshed in the background in the last five minutes', async () => {
    const { getToken, issue, pass } = await setUp();
    await getToken();
    pass(56 * minute);
    issue('next token');
    expect(await getToken()).toBe('token');
    await until('the refresh', async () => (await getToken()) === 'next token');
  });

  test('is returned if the refresh fails', async () => {
    const { getToken, respond, requests, pass } = await setUp();
    await getToken();
    pass(56 * minute);
    respond({ status: 500 });
    expect(await getToken()).toBe('token');
    await until('the refresh', () => requests.length === 2);
    expect(await getToken()).toBe('token');
  });

  test('is refreshed by a later request if the refresh failed', async () => {
    const { getToken, respond, issue, requests, pass } = await setUp();
    await getToken();
    pass(56 * minute);
    respond({ status: 500 });
    await getToken();
    await until('the refresh that fails', () => requests.length === 2);
    issue('next token');
    await until('the refresh', async () => (await getToken()) === 'next token');
  });

  test('is not returned after it has expired', async () => {
    const { getToken, issue, pass } = await setUp();
    await getToken();
    pass(61 * minute);
    issue('next token');
    expect(await getToken()).toBe('next token');
  });
});

describe('a failure', () => {
  const unusable = [
    { status: 404, body: '' },
    { status: 200, body: '<html>' },
    { status: 200, body: '{"access_token":""}' },
    { status: 200, body: '{"access_token":"x"}' },
  ];

  test.each(unusable)('with status $status and body "$body" is unavailable', async (response) => {
    const { getToken, respond } = await setUp();
    respond(response);
    await expect(getToken()).rejects.toMatchObject({ code: 'unavailable' });
  });

  test.each(unusable)('with status $status and body "$body" is not cached', async (response) => {
    const { getToken, respond, issue } = await setUp();
    respond(response);
    await expect(getToken()).rejects.toMatchObject({ code: 'unavailable' });
    issue('token');
    expect(await getToken()).toBe('token');
  });

  test('reaches all callers that wait for the same token', async () => {
    const { getToken, respond, requests } = await setUp();
    respond({ status: 500 });
    const results = await Promise.allSettled([getToken('x'), getToken(['x'])]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(requests).toHaveLength(1);
  });

  test('with a Retry-After is repeated without a request until that time has passed', async () => {
    const { getToken, respond, requests, pass } = await setUp();
    respond({ status: 429, headers: { 'retry-after': '7' } });
    for (let elapsed = 0; elapsed < 7; elapsed += 1) {
      await expect(getToken()).rejects.toMatchObject({
        code: 'unavailable',
        options: { retryAfter: 7 },
      });
      pass(second);
    }
    expect(requests).toHaveLength(1);
  });

  test('with a Retry-After is followed by a request after that time', async () => {
    const { getToken, respond, issue, pass } = await setUp();
    respond({ status: 429, headers: { 'retry-after': '7' } });
    await expect(getToken()).rejects.toMatchObject({ code: 'unavailable' });
    issue('token');
    pass(7 * second);
    expect(await getToken()).toBe('token');
  });

  test('of an app without a managed identity names the cause', async () => {
    const identity = createManagedIdentity({
      IDENTITY_ENDPOINT: undefined,
      IDENTITY_HEADER: undefined,
      AZURE_CLIENT_ID: undefined,
    });
    await expect(identity.getToken('x')).rejects.toMatchObject({
      code: 'unavailable',
      options: { logContext: { reason: 'this app has no managed identity' } },
    });
  });
});

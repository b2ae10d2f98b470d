import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createManagedIdentity } from '../../../downstream-api/managed-identity.ts';
import { until } from '../../support/until.ts';

let server: Server;
let asked: { url: string; header: string | undefined }[] = [];
let answer: { status: number; body: string; headers?: Record<string, string> } = {
  status: 200,
  body: '',
};

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push({ url: request.url ?? '', header: request.headers['x-identity-header'] as string });
    response.writeHead(answer.status, answer.headers).end(answer.body);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
});
afterAll(() => void server.close());
beforeEach(() => {
  asked = [];
  answer = {
    status: 200,
    body: JSON.stringify({
      access_token: 'token',
      expires_on: String(Math.floor(Date.now() / 1_000) + 3_600),
    }),
  };
});

const settings = (clientId?: string) => ({
  IDENTITY_ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}/msi/token`,
  IDENTITY_HEADER: 'header',
  AZURE_CLIENT_ID: clientId,
});
const create = (clientId?: string) => createManagedIdentity(settings(clientId));

test('asks as App Service wants it, once for 50 who ask at once, and not again while the token is good', async () => {
  const identity = create('an-id');
  const tokens = await Promise.all(
    Array.from({ length: 50 }, () => identity.getToken('https://storage.azure.com/.default')),
  );
  expect(new Set(tokens.map(({ token }) => token))).toEqual(new Set(['token']));
  await identity.getToken(['https://storage.azure.com/.default']);
  expect(asked).toEqual([
    {
      url: '/msi/token?api-version=2019-08-01&resource=https%3A%2F%2Fstorage.azure.com&client_id=an-id',
      header: 'header',
    },
  ]);
});

test('a system-assigned identity names no client id', async () => {
  await create().getToken('https://storage.azure.com/.default');
  expect(asked[0]?.url).not.toContain('client_id');
});

test.each([
  [404, ''],
  [200, '<html>'],
  [200, '{"access_token":""}'],
  [200, '{"access_token":"x"}'],
])('an answer of %i %s is a fault that passes', async (status, body) => {
  const identity = create();
  const good = answer;
  answer = { status, body };
  await expect(identity.getToken('x')).rejects.toMatchObject({ code: 'unavailable' });
  answer = good;
  expect((await identity.getToken('x')).token).toBe('token');
});

test('an app without an identity says so in the log’s words', async () => {
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

test('a token is asked for again from five minutes before it expires, beside the calls, which do not suffer when that fails', async () => {
  const began = Date.now();
  let now = began;
  const identity = createManagedIdentity(settings(), () => now);
  const get = async () => (await identity.getToken('x')).token;
  const say = (status: number, token: string) => {
    answer = {
      status,
      body: JSON.stringify({
        access_token: token,
        expires_on: String(Math.floor(now / 1_000) + 3_600),
      }),
    };
  };
  say(200, '1');
  await get();
  now = began + 54 * 60_000;
  expect([await get(), asked.length]).toEqual(['1', 1]);
  now = began + 56 * 60_000;
  say(500, 'none');
  expect(await get()).toBe('1');
  await until('the failure', () => asked.length === 2);
  say(200, '3');
  await until('the next one', async () => (await get()) === '3');
  now += 61 * 60_000;
  say(200, '4');
  expect(await get()).toBe('4');
});

test('one failure is told to all who waited and to nobody after them; tokens of two resources are kept apart', async () => {
  const identity = create();
  const good = answer;
  answer = { status: 500, body: '' };
  const first = await Promise.allSettled([identity.getToken('x'), identity.getToken(['x'])]);
  expect(first.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(asked).toHaveLength(1);
  answer = good;
  await identity.getToken('x');
  await identity.getToken('y');
  expect(asked).toHaveLength(3);
});

test('an endpoint that says when to come back is left alone until then', async () => {
  let now = Date.now();
  const identity = createManagedIdentity(settings(), () => now);
  const good = answer;
  answer = { status: 429, body: '', headers: { 'retry-after': '7' } };
  for (let second = 0; second < 7; second += 1) {
    await expect(identity.getToken('x')).rejects.toMatchObject({
      code: 'unavailable',
      options: { retryAfter: 7 },
    });
    now += 1_000;
  }
  expect(asked).toHaveLength(1);
  answer = good;
  expect((await identity.getToken('x')).token).toBe('token');
});

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createManagedIdentity } from '../../../downstream-api/managed-identity.ts';

let server: Server;
let asked: { url: string; header: string | undefined }[] = [];
let answer = { status: 200, body: '' };

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push({ url: request.url ?? '', header: request.headers['x-identity-header'] as string });
    response.writeHead(answer.status).end(answer.body);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
});
afterAll(() => void server.close());
beforeEach(() => {
  asked = [];
  answer = { status: 200, body: JSON.stringify({ access_token: 'token', expires_on: String(Math.floor(Date.now() / 1_000) + 3_600) }) };
});

const create = (clientId?: string) =>
  createManagedIdentity({
    IDENTITY_ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}/msi/token`,
    IDENTITY_HEADER: 'header',
    AZURE_CLIENT_ID: clientId,
  });

test('asks as App Service wants it, once for 50 who ask at once, and not again while the token is good', async () => {
  const identity = create('an-id');
  const tokens = await Promise.all(Array.from({ length: 50 }, () => identity.getToken('https://storage.azure.com/.default')));
  expect(new Set(tokens.map(({ token }) => token))).toEqual(new Set(['token']));
  await identity.getToken(['https://storage.azure.com/.default']);
  expect(asked).toEqual([
    { url: '/msi/token?api-version=2019-08-01&resource=https%3A%2F%2Fstorage.azure.com&client_id=an-id', header: 'header' },
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
  const identity = createManagedIdentity({ IDENTITY_ENDPOINT: undefined, IDENTITY_HEADER: undefined, AZURE_CLIENT_ID: undefined });
  await expect(identity.getToken('x')).rejects.toMatchObject({
    code: 'unavailable',
    options: { facts: { reason: 'this app has no managed identity' } },
  });
});

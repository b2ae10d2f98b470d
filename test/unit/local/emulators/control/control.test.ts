import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type EntraEmulator, type Json, startEntra } from '../entra/entra-emulator.ts';

let entra: EntraEmulator;
beforeAll(async () => {
  entra = await startEntra();
});
afterAll(() => entra.close());
beforeEach(() => entra.context.policies.reset());

async function ask(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = { 'x-control-token': entra.controlToken },
) {
  const answer = await fetch(`${entra.context.origin}/control/${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return {
    status: answer.status,
    headers: answer.headers,
    body: (answer.status === 204 ? {} : await answer.json()) as Json,
  };
}

test.each([[{}], [{ 'x-control-token': 'wrong' }]])(
  'says nothing without the token: %j',
  async (headers: Record<string, string>) => {
    for (const [method, path] of [
      ['GET', 'records'],
      ['POST', 'token'],
      ['PUT', 'policies'],
    ] as const) {
      expect((await ask(method, path, method === 'GET' ? undefined : {}, headers)).status).toBe(
        401,
      );
    }
  },
);

test('gives the records after a sequence number, and forgets them', async () => {
  await ask('DELETE', 'records');
  await entra.exchange();
  const { body } = await ask('GET', 'records');
  const records = body.records as { sequence: number; operation: string }[];
  expect(records.map(({ operation }) => operation)).toEqual(['token']);
  expect((await ask('GET', `records?since=${records[0]?.sequence}`)).body.records).toEqual([]);
  expect((await ask('DELETE', 'records')).status).toBe(204);
  expect((await ask('GET', 'records')).body.records).toEqual([]);
});

test('makes tokens, and says in one line what there is instead of what it does not know', async () => {
  expect((await ask('POST', 'token', { user: 'alice' })).body).toEqual({
    access_token: expect.any(String),
    id_token: expect.any(String),
  });
  const { status, body } = await ask('POST', 'token', { user: 'nobody' });
  expect([status, body.error]).toEqual([
    400,
    'No user "nobody". Users: alice, bob, carol, dana, gina, dirk, greta, olga.',
  ]);
});

test('switches policies for the next request, and back', async () => {
  const { body } = await ask('PUT', 'policies', { name: 'mfa', value: 'on', user: 'alice' });
  expect(body.policies).toContainEqual({
    name: 'mfa',
    value: 'on',
    user: 'alice',
    since: expect.any(Number),
  });
  expect((await entra.exchange()).body.error_codes).toEqual([50076]);
  expect((await ask('DELETE', 'policies')).body.policies).toContainEqual({
    name: 'mfa',
    value: 'off',
  });
  expect((await entra.exchange()).status).toBe(200);
  expect((await ask('GET', 'policies')).body).toMatchObject({
    values: { mfa: ['off', 'on'] },
    users: expect.arrayContaining(['alice']),
  });
});

test.each([
  [{ name: 'mf', value: 'on' }, /^No policy "mf"\. Policies: mfa, /],
  [{ name: 'mfa', value: 'maybe' }, /^No value "maybe" for mfa\. Values: off, on\.$/],
  [{ name: 'mfa', value: 'on', user: 'nobody' }, /^No user "nobody"\. Users: /],
  [{ name: 'signing-key', value: 'overlap', user: 'alice' }, /^signing-key applies to all users\. Leave --user out\.$/],
  [{ name: 'fault', value: 'moon=500' }, /^No endpoint "moon"\..+Endpoints: metadata, keys/],
  [{ name: 'fault', value: 'token=418' }, /^No fault "418"\. Kinds: delay:MS/],
  [{ name: 'mfa' }, /^"value" must be a string/],
  ['{', /not JSON/],
  ['[]', /not a JSON object/],
])('refuses the policy %j in one line', async (body, message) => {
  const answer = await ask('PUT', 'policies', body);
  expect(answer.status).toBe(400);
  expect(answer.body.error).toMatch(message);
});

test('opens to the Client App’s origin only', async () => {
  const preflight = (origin: string) =>
    fetch(`${entra.context.origin}/control/policies`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'PUT',
        'access-control-request-headers': 'x-control-token',
      },
    });
  const own = await preflight(entra.context.clientAppOrigin);
  expect([
    own.status,
    own.headers.get('access-control-allow-origin'),
    own.headers.get('access-control-allow-headers'),
  ]).toEqual([204, entra.context.clientAppOrigin, 'x-control-token']);
  const foreign = await preflight('https://evil.example');
  expect([foreign.status, foreign.headers.get('access-control-allow-origin')]).toEqual([403, null]);
});

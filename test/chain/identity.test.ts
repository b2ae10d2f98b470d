import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { call } from '../support/call.ts';
import { type Stack, startStack } from '../support/stack.ts';

const everyScope = ['Documents.Read', 'Documents.ReadWrite', 'Profile.Read', 'Profile.ReadWrite'];
const tenant = JSON.parse(
  readFileSync(new URL('../../local/tenant.json', import.meta.url), 'utf8'),
);
const oidOf = (name: string): string =>
  tenant.users.find((user: { name: string }) => user.name === name).oid;

let stack: Stack;
let original: string;
let downstream: string;
let alice: string;
/** Token B as Original gets it. */
const tokenB = (user: string, at = stack) =>
  at.token(user, {
    client: 'original-api',
    scope: everyScope.map((scope) => `downstream-api/${scope}`).join(','),
  });

beforeAll(async () => {
  stack = await startStack();
  ({ originalApi: original, downstreamApi: downstream } = stack.urls);
  alice = await stack.token('alice');
}, 120_000);
afterAll(() => stack?.stop());

test('the journey shows the same user with two tokens: another audience, another calling app, the same oid and tid', async () => {
  const { status, json } = await call(`${original}/journey`, { token: alice });
  expect(status).toBe(200);
  const { original: a, downstream: b } = json;
  expect(a.claims).toMatchObject({
    aud: tenant.apps['original-api'].appId,
    azp: tenant.apps['client-app'].appId,
    azpacr: '0',
    oid: oidOf('alice'),
  });
  expect(b.claims).toMatchObject({
    aud: tenant.apps['downstream-api'].appId,
    azp: tenant.apps['original-api'].appId,
    azpacr: '2',
    oid: oidOf('alice'),
  });
  expect(b.claims.tid).toBe(a.claims.tid);
  expect(a.checks).toEqual(
    expect.arrayContaining(['signature', 'issuer', 'audience', 'calling-app', 'scope']),
  );
  expect(b.checks).toContain('confidential-client');
});

describe('a token reaches no API that it was not made for', () => {
  test('token A at Downstream and token B at Original are refused', async () => {
    const b = await tokenB('alice');
    expect((await call(`${downstream}/caller`, { token: b })).status).toBe(200);
    for (const [url, token] of [
      [`${downstream}/caller`, alice],
      [`${original}/journey`, b],
    ] as const) {
      const { status, headers, json } = await call(url, { token });
      expect([status, json.code]).toEqual([401, 'invalid_token']);
      expect(headers.get('www-authenticate')).toContain('error="invalid_token"');
    }
  });

  test('an app-only token of the right audience gets 403 at both, with the scope that is missing', async () => {
    for (const [url, scope] of [
      [`${original}/journey`, 'original-api/.default'],
      [`${downstream}/caller`, 'downstream-api/.default'],
    ] as const) {
      const { status, headers, json } = await call(url, {
        token: await stack.token(undefined, { app: true, scope }),
      });
      expect([status, json.code]).toEqual([403, 'insufficient_scope']);
      expect(headers.get('www-authenticate')).toContain(
        'error="insufficient_scope", scope="Documents.Read"',
      );
    }
  });

  test('an app that is not on the list gets 403 at both, also as a client with the right scopes', async () => {
    const other = await stack.token('alice', { client: 'other-app', scope: 'Documents.Read' });
    const direct = await stack.token('alice', {
      client: 'other-app',
      scope: 'downstream-api/Documents.Read',
    });
    for (const [url, token] of [
      [`${original}/journey`, other],
      [`${downstream}/caller`, direct],
    ] as const) {
      expect(await call(url, { token })).toMatchObject({
        status: 403,
        json: { code: 'caller_not_allowed' },
      });
    }
  });

  test('a missing scope gets 403 with its name', async () => {
    const readOnly = await stack.token('alice', { scope: 'Documents.Read' });
    const answer = await call(`${original}/documents/field-notes`, {
      token: readOnly,
      method: 'PUT',
      json: { title: 'x', text: 'y' },
      headers: { 'if-none-match': '*' },
    });
    expect(answer).toMatchObject({
      status: 403,
      json: { code: 'insufficient_scope', scopes: ['Documents.ReadWrite'] },
    });
    expect(answer.headers.get('www-authenticate')).toContain('scope="Documents.ReadWrite"');
  });
});

describe('effective permissions: scope and the user’s own right', () => {
  const hops = (): [string, (user: string) => Promise<string>][] => [
    [original, (user) => stack.token(user)],
    [downstream, (user) => tokenB(user)],
  ];

  test('someone else’s document is not there: read, write and delete', async () => {
    for (const [base, token] of hops()) {
      const bob = await token('bob');
      const url = `${base}/documents/garden-plan`;
      expect((await call(url, { token: bob })).json).toMatchObject({
        status: 404,
        code: 'not_found',
      });
      expect(
        (
          await call(url, {
            token: bob,
            method: 'PUT',
            json: { title: 'x', text: 'y' },
            headers: { 'if-match': '"x"' },
          })
        ).status,
      ).toBe(404);
      expect(
        (await call(url, { token: bob, method: 'DELETE', headers: { 'if-match': '"x"' } })).status,
      ).toBe(404);
    }
  });

  test('someone else’s profile: 403 for a plain user, 200 for the holder of Profiles.Manage', async () => {
    for (const [base, token] of hops()) {
      const url = `${base}/profiles/${oidOf('bob')}`;
      expect(await call(url, { token: await token('alice') })).toMatchObject({
        status: 403,
        json: { code: 'forbidden' },
      });
      expect(await call(url, { token: await token('dana') })).toMatchObject({
        status: 200,
        json: { userId: oidOf('bob') },
      });
    }
  });

  test('a manager of profiles still needs the scope to write', async () => {
    const answer = await call(`${original}/profiles/${oidOf('bob')}`, {
      token: await stack.token('dana', { scope: 'Profile.Read' }),
      method: 'PUT',
      json: { displayName: 'B' },
      headers: { 'if-none-match': '*' },
    });
    expect(answer).toMatchObject({ status: 403, json: { code: 'insufficient_scope' } });
  });

  test('a guest and a member of 200 groups are users like others', async () => {
    for (const user of ['gina', 'greta'])
      expect((await call(`${original}/journey`, { token: await stack.token(user) })).status).toBe(
        200,
      );
  });

  test('headers that claim an identity change nothing', async () => {
    const headers = {
      'x-ms-client-principal': 'eyJ1c2VySWQiOiJkYW5hIn0=',
      'x-ms-client-principal-id': oidOf('dana'),
      'x-ms-token-aad-access-token': alice,
    };
    expect(
      (await call(`${original}/profiles/${oidOf('bob')}`, { token: alice, headers })).status,
    ).toBe(403);
    expect((await call(`${original}/journey`, { headers })).status).toBe(401);
  });
});

test('the log tells of every request and names nobody', async () => {
  const lines = stack.output().filter((line) => line.includes('"route"'));
  expect(lines.length).toBeGreaterThan(10);
  for (const line of lines)
    expect(JSON.parse(line)).toMatchObject({
      status: expect.any(Number),
      correlationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      traceparent: expect.any(String),
    });
  const all = stack.output().join('\n');
  expect(all).not.toMatch(/eyJ[\w-]{10,}\.|@contoso|BEGIN|AADSTS/);
  for (const user of ['alice', 'bob', 'dana']) expect(all).not.toContain(oidOf(user));
});

test('one log line’s correlation id ties both APIs and Entra together', async () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const correlationId = '0af76519-16cd-43dd-8448-eb211c80319c';
  const { headers } = await call(`${original}/journey`, {
    token: await stack.token('carol'),
    headers: { traceparent },
  });
  expect(headers.get('x-correlation-id')).toBe(correlationId);
  const hops = (await stack.records())
    .filter((record) => record.correlationId === correlationId)
    .map((record) => record.hop);
  expect(new Set(hops)).toEqual(new Set(['entra', 'original-api', 'downstream-api']));
});

test('version 1 tokens go the same way', async () => {
  const apps = structuredClone(tenant.apps);
  apps['original-api'].requestedAccessTokenVersion = 1;
  apps['downstream-api'].requestedAccessTokenVersion = 1;
  const v1 = await startStack({ directory: { ...tenant, apps } });
  try {
    const { status, json } = await call(`${v1.urls.originalApi}/journey`, {
      token: await v1.token('alice'),
    });
    expect(status).toBe(200);
    expect(json.original.claims).toMatchObject({
      ver: '1.0',
      aud: `api://${tenant.apps['original-api'].appId}`,
      appid: tenant.apps['client-app'].appId,
    });
    expect(json.downstream.claims).toMatchObject({
      ver: '1.0',
      appid: tenant.apps['original-api'].appId,
      appidacr: '2',
    });
    expect(
      (await call(`${v1.urls.originalApi}/journey`, { token: await tokenB('alice', v1) })).status,
    ).toBe(401);
  } finally {
    await v1.stop();
  }
}, 120_000);

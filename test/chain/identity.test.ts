import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type CallResponse, call } from '../support/call.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { createOnly, requestTokenB } from './apis.ts';

const tenant = JSON.parse(
  readFileSync(new URL('../../local/tenant.json', import.meta.url), 'utf8'),
);

function objectIdOf(name: string): string {
  return tenant.users.find((user: { name: string }) => user.name === name).oid;
}

let stack: Stack;
let originalUrl: string;
let downstreamUrl: string;
let tokenA: string;
let tokenB: string;
beforeAll(async () => {
  stack = await startStack();
  originalUrl = stack.urls.originalApi;
  downstreamUrl = stack.urls.downstreamApi;
  tokenA = await stack.token('alice');
  tokenB = await requestTokenB(stack, 'alice');
}, 120_000);
afterAll(() => stack?.stop());

describe('the journey', () => {
  let journey: CallResponse;
  beforeAll(async () => {
    journey = await call(`${originalUrl}/journey`, { token: tokenA });
    expect(journey.status).toBe(200);
  });

  test('shows token A, which the Client App requested for Original API', () => {
    expect(journey.json.original.claims).toMatchObject({
      aud: tenant.apps['original-api'].appId,
      azp: tenant.apps['client-app'].appId,
      azpacr: '0',
      oid: objectIdOf('alice'),
    });
  });

  test('shows token B, which Original API requested for Downstream API', () => {
    expect(journey.json.downstream.claims).toMatchObject({
      aud: tenant.apps['downstream-api'].appId,
      azp: tenant.apps['original-api'].appId,
      azpacr: '2',
      oid: objectIdOf('alice'),
    });
  });

  test('shows the same tenant in both tokens', () => {
    const { original, downstream } = journey.json;
    expect(downstream.claims.tid).toBe(original.claims.tid);
  });

  test('shows the checks of both APIs', () => {
    const { original, downstream } = journey.json;
    expect(original.checks).toEqual(
      expect.arrayContaining(['signature', 'issuer', 'audience', 'calling-app', 'scope']),
    );
    expect(downstream.checks).toContain('confidential-client');
  });
});

describe('a token for another API or app', () => {
  const expectInvalidToken = ({ status, json, headers }: CallResponse) => {
    expect(status).toBe(401);
    expect(json.code).toBe('invalid_token');
    expect(headers.get('www-authenticate')).toContain('error="invalid_token"');
  };

  test('token A gets 401 from Downstream API', async () => {
    expectInvalidToken(await call(`${downstreamUrl}/caller`, { token: tokenA }));
  });

  test('token B gets 401 from Original API and 200 from Downstream API', async () => {
    expectInvalidToken(await call(`${originalUrl}/journey`, { token: tokenB }));
    expect((await call(`${downstreamUrl}/caller`, { token: tokenB })).status).toBe(200);
  });

  test.each([
    { api: 'Original API', scope: 'original-api/.default', url: () => `${originalUrl}/journey` },
    {
      api: 'Downstream API',
      scope: 'downstream-api/.default',
      url: () => `${downstreamUrl}/caller`,
    },
  ])('an app-only token gets 403 with the missing scope from $api', async ({ scope, url }) => {
    const token = await stack.token(undefined, { app: true, scope });
    const { status, headers, json } = await call(url(), { token });
    expect(status).toBe(403);
    expect(json.code).toBe('insufficient_scope');
    expect(headers.get('www-authenticate')).toContain(
      'error="insufficient_scope", scope="Documents.Read"',
    );
  });

  test.each([
    { api: 'Original API', scope: 'Documents.Read', url: () => `${originalUrl}/journey` },
    {
      api: 'Downstream API',
      scope: 'downstream-api/Documents.Read',
      url: () => `${downstreamUrl}/caller`,
    },
  ])('a token of an app that is not allowed gets 403 from $api', async ({ scope, url }) => {
    const token = await stack.token('alice', { client: 'other-app', scope });
    expect(await call(url(), { token })).toMatchObject({
      status: 403,
      json: { code: 'caller_not_allowed' },
    });
  });

  test('a token without the required scope gets 403 with that scope', async () => {
    const response = await call(`${originalUrl}/documents/field-notes`, {
      token: await stack.token('alice', { scope: 'Documents.Read' }),
      method: 'PUT',
      json: { title: 'x', text: 'y' },
      headers: createOnly,
    });
    expect(response).toMatchObject({
      status: 403,
      json: { code: 'insufficient_scope', scopes: ['Documents.ReadWrite'] },
    });
    expect(response.headers.get('www-authenticate')).toContain('scope="Documents.ReadWrite"');
  });
});

describe.each([
  {
    api: 'Original API',
    url: () => originalUrl,
    requestToken: (user: string) => stack.token(user),
  },
  {
    api: 'Downstream API',
    url: () => downstreamUrl,
    requestToken: (user: string) => requestTokenB(stack, user),
  },
])('effective permissions at $api', ({ url, requestToken }) => {
  const ifMatch = { 'if-match': '"x"' };

  test("a read of another user's document returns 404", async () => {
    const token = await requestToken('bob');
    expect((await call(`${url()}/documents/garden-plan`, { token })).json).toMatchObject({
      status: 404,
      code: 'not_found',
    });
  });

  test.each([
    { method: 'PUT', body: { json: { title: 'x', text: 'y' } } },
    { method: 'DELETE', body: {} },
  ])("a $method of another user's document returns 404", async ({ method, body }) => {
    const token = await requestToken('bob');
    const options = { token, method, headers: ifMatch, ...body };
    expect((await call(`${url()}/documents/garden-plan`, options)).status).toBe(404);
  });

  test("a user without Profiles.Manage gets 403 for another user's profile", async () => {
    const token = await requestToken('alice');
    expect(await call(`${url()}/profiles/${objectIdOf('bob')}`, { token })).toMatchObject({
      status: 403,
      json: { code: 'forbidden' },
    });
  });

  test("a user with Profiles.Manage reads another user's profile", async () => {
    const token = await requestToken('dana');
    expect(await call(`${url()}/profiles/${objectIdOf('bob')}`, { token })).toMatchObject({
      status: 200,
      json: { userId: objectIdOf('bob') },
    });
  });
});

test('a user with Profiles.Manage still needs the scope to write', async () => {
  const response = await call(`${originalUrl}/profiles/${objectIdOf('bob')}`, {
    token: await stack.token('dana', { scope: 'Profile.Read' }),
    method: 'PUT',
    json: { displayName: 'B' },
    headers: createOnly,
  });
  expect(response).toMatchObject({ status: 403, json: { code: 'insufficient_scope' } });
});

test.each([
  { name: 'a guest', user: 'gina' },
  { name: 'a member of 200 groups', user: 'greta' },
])('$name can use the chain', async ({ user }) => {
  const token = await stack.token(user);
  expect((await call(`${originalUrl}/journey`, { token })).status).toBe(200);
});

describe('headers that claim another identity', () => {
  const identityHeaders = () => ({
    'x-ms-client-principal': 'eyJ1c2VySWQiOiJkYW5hIn0=',
    'x-ms-client-principal-id': objectIdOf('dana'),
    'x-ms-token-aad-access-token': tokenA,
  });

  test('give no permission to a signed-in user', async () => {
    const options = { token: tokenA, headers: identityHeaders() };
    const url = `${originalUrl}/profiles/${objectIdOf('bob')}`;
    expect((await call(url, options)).status).toBe(403);
  });

  test('do not sign anyone in', async () => {
    const options = { headers: identityHeaders() };
    expect((await call(`${originalUrl}/journey`, options)).status).toBe(401);
  });
});

describe('the log', () => {
  beforeAll(async () => {
    for (const user of ['alice', 'bob', 'dana']) {
      const token = await stack.token(user);
      await call(`${originalUrl}/journey`, { token });
      await call(`${originalUrl}/profiles/${objectIdOf('bob')}`, { token });
    }
  });

  test('has a line for every request', () => {
    const lines = stack.output().filter((line) => line.includes('"route"'));
    expect(lines.length).toBeGreaterThan(10);
    for (const line of lines) {
      expect(JSON.parse(line)).toMatchObject({
        status: expect.any(Number),
        correlationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        traceparent: expect.any(String),
      });
    }
  });

  test('contains no token, no key and no text of Entra', () => {
    expect(stack.output().join('\n')).not.toMatch(/eyJ[\w-]{10,}\.|@contoso|BEGIN|AADSTS/);
  });

  test.each(['alice', 'bob', 'dana'])('does not contain the object id of %s', (user) => {
    expect(stack.output().join('\n')).not.toContain(objectIdOf(user));
  });
});

test('one correlation id connects both APIs and Entra', async () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const correlationId = '0af76519-16cd-43dd-8448-eb211c80319c';
  const { headers } = await call(`${originalUrl}/journey`, {
    token: await stack.token('carol'),
    headers: { traceparent },
  });
  expect(headers.get('x-correlation-id')).toBe(correlationId);

  const records = await stack.records();
  const hops = records
    .filter((record) => record.correlationId === correlationId)
    .map(({ hop }) => hop);
  expect(new Set(hops)).toEqual(new Set(['entra', 'original-api', 'downstream-api']));
});

describe('with tokens of version 1.0', () => {
  let stackV1: Stack;
  beforeAll(async () => {
    const apps = structuredClone(tenant.apps);
    apps['original-api'].requestedAccessTokenVersion = 1;
    apps['downstream-api'].requestedAccessTokenVersion = 1;
    stackV1 = await startStack({ directory: { ...tenant, apps } });
  }, 120_000);
  afterAll(() => stackV1?.stop());

  test('the journey shows the claims of version 1.0 at both APIs', async () => {
    const token = await stackV1.token('alice');
    const { status, json } = await call(`${stackV1.urls.originalApi}/journey`, { token });
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
  });

  test('Original API returns 401 for token B', async () => {
    const token = await requestTokenB(stackV1, 'alice');
    expect((await call(`${stackV1.urls.originalApi}/journey`, { token })).status).toBe(401);
  });
});

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type CallResponse, call } from '../support/call.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { createOnly, requestTokenB } from './apis.ts';
import { objectIdOf, tenant } from './tenant.ts';

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

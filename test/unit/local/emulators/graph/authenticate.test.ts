import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type EntraEmulator, startEntra } from '../entra/entra-emulator.ts';

let entra: EntraEmulator;
beforeAll(async () => {
  entra = await startEntra();
});
afterAll(() => entra.close());
beforeEach(async () => {
  await entra.context.policies.reset();
  entra.context.recorder.clear();
});

const hour = 3_600;
const nowSeconds = () => Math.floor(entra.context.now() / 1_000);
const peopleScope = 'graph/User.ReadBasic.All';

/** Creates a token of alice for Graph, or another one. */
async function mint(request: object = {}): Promise<string> {
  const defaults = { user: 'alice', client: 'original-api', scope: peopleScope };
  return (await entra.token({ ...defaults, ...request })).access_token;
}

function listUsers(authorization?: string): Promise<Response> {
  return fetch(`${entra.context.origin}/graph/v1.0/users`, {
    headers: authorization === undefined ? {} : { authorization },
  });
}

const listUsersAs = async (request: object) => listUsers(`Bearer ${await mint(request)}`);

test('a token with the scope is accepted', async () => {
  expect((await listUsersAs({})).status).toBe(200);
});

test('a token for the identifier URI of Graph is accepted', async () => {
  expect((await listUsersAs({ claims: { aud: 'https://graph.microsoft.com' } })).status).toBe(200);
});

describe('the response without a valid token', () => {
  test('has the challenge of Graph', async () => {
    const response = await listUsers();

    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe(
      'Bearer realm="", ' +
        `authorization_uri="${entra.context.origin}/common/oauth2/v2.0/authorize", ` +
        'client_id="00000003-0000-0000-c000-000000000000"',
    );
  });

  test('has the error body of Graph', async () => {
    const requestId = '11111111-1111-4111-8111-111111111111';
    const response = await fetch(`${entra.context.origin}/graph/v1.0/users`, {
      headers: { 'client-request-id': requestId },
    });

    expect(await response.json()).toEqual({
      error: {
        code: 'InvalidAuthenticationToken',
        message: 'Access token is empty.',
        innerError: {
          date: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/),
          'request-id': response.headers.get('request-id'),
          'client-request-id': requestId,
        },
      },
    });
  });
});

describe('is rejected with 401', () => {
  test.each([
    { name: 'for Downstream API', request: { scope: 'downstream-api/Documents.Read' } },
    { name: 'for Original API', request: { client: 'client-app', scope: 'Documents.Read' } },
    {
      name: 'for Downstream API with the scope of Graph',
      request: { scope: 'downstream-api/Documents.Read', claims: { scp: 'User.ReadBasic.All' } },
    },
    { name: 'with several audiences', request: { claims: { aud: ['x', 'y'] } } },
    { name: 'of another issuer', request: { claims: { iss: 'http://localhost:9/' } } },
    {
      name: 'of an unknown tenant',
      request: { claims: { tid: '11111111-1111-4111-8111-111111111111' } },
    },
    {
      name: 'of a tenant that the user does not belong to',
      request: { tenant: 'fabrikam' },
    },
    { name: 'without oid', request: { claims: { oid: null } } },
    { name: 'without exp', request: { claims: { exp: null } } },
    { name: 'without nbf', request: { claims: { nbf: null } } },
  ])('a token $name', async ({ request }) => {
    expect((await listUsersAs(request)).status).toBe(401);
  });

  test('a token that has expired', async () => {
    const response = await listUsersAs({ claims: { exp: nowSeconds() - 1 } });

    expect(await response.json()).toMatchObject({
      error: { message: 'Lifetime validation failed, the token is expired.' },
    });
  });

  test('a token that is not valid yet', async () => {
    expect((await listUsersAs({ claims: { nbf: nowSeconds() + hour } })).status).toBe(401);
  });

  test('a token with a changed nonce', async () => {
    const [header = '', ...otherSegments] = (await mint()).split('.');
    const decoded = JSON.parse(Buffer.from(header, 'base64url').toString());
    const changed = Buffer.from(JSON.stringify({ ...decoded, nonce: 'x' })).toString('base64url');

    expect((await listUsers(`Bearer ${[changed, ...otherSegments].join('.')}`)).status).toBe(401);
  });

  test('a token of a key that Entra has withdrawn', async () => {
    const token = await mint();
    await entra.context.policies.set('signing-key', 'emergency');

    expect((await listUsers(`Bearer ${token}`)).status).toBe(401);
  });

  test.each(['Bearer', 'Bearer a.b.c', 'Bearer e30.e30.', 'Basic abc', ''])(
    'the Authorization header "%s"',
    async (authorization) => {
      expect((await listUsers(authorization)).status).toBe(401);
    },
  );
});

describe('is denied with 403', () => {
  test.each([
    { name: 'with another scope', request: { scope: 'graph/User.Read' } },
    { name: 'with a similar scope', request: { claims: { scp: 'User.ReadBasic.AllX' } } },
    { name: 'without scopes', request: { claims: { scp: null } } },
    { name: 'of an app', request: { app: true, client: 'daemon' } },
  ])('a token $name', async ({ request }) => {
    const response = await listUsersAs(request);

    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({
      error: { code: 'Authorization_RequestDenied' },
    });
  });
});

describe('after the sessions of the user were revoked', () => {
  test('a token of a client with cp1 gets a claims challenge', async () => {
    const token = await mint();
    await entra.context.policies.set('revoke-sessions', 'now', 'alice');
    const response = await listUsers(`Bearer ${token}`);
    const challenge = response.headers.get('www-authenticate') ?? '';
    const [, claims = ''] = /error="insufficient_claims", claims="([^"]+)"$/.exec(challenge) ?? [];

    expect(response.status).toBe(401);
    expect(JSON.parse(Buffer.from(claims, 'base64').toString())).toEqual({
      access_token: { nbf: { essential: true, value: expect.stringMatching(/^\d{10}$/) } },
    });
  });

  test('a token of a client without cp1 is accepted', async () => {
    const token = await mint({ cp1: false });
    await entra.context.policies.set('revoke-sessions', 'now', 'alice');

    expect((await listUsers(`Bearer ${token}`)).status).toBe(200);
  });

  test('a newer token is accepted', async () => {
    await entra.context.policies.set('revoke-sessions', 'now', 'alice');
    entra.pass(2);

    expect((await listUsersAs({})).status).toBe(200);
  });
});

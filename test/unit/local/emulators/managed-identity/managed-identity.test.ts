import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { EmulatorResponse } from '../../../../../local/emulators/context.ts';
import type { IdentityName } from '../../../../../local/emulators/entra/directory.ts';
import { openManagedIdentityKeys } from '../../../../../local/emulators/managed-identity/keys.ts';
import {
  createManagedIdentity,
  type ManagedIdentity,
} from '../../../../../local/emulators/managed-identity/managed-identity.ts';
import { callEndpoint, createTestContext, type TestContext } from '../test-context.ts';

let emulators: TestContext;
let managedIdentity: ManagedIdentity;
beforeAll(async () => {
  emulators = await createTestContext();
  managedIdentity = createManagedIdentity(emulators.context);
});
afterAll(() => emulators.remove());
beforeEach(() => emulators.context.recorder.clear());

type Query = Readonly<Record<string, string>>;

const vault = 'https://vault.azure.net';
const originalClientId = '1de40000-0000-4000-8000-0000000000b1';
const downstreamClientId = '1de40000-0000-4000-8000-0000000000b2';
const unknownClientId = '00000000-0000-4000-8000-000000000000';

const findIdentity = (name: IdentityName) => emulators.context.directory.identity(name);

function tokenPath(query: Query = {}): string {
  const defaults = { 'api-version': '2019-08-01', resource: vault };
  return `/msi/token?${new URLSearchParams({ ...defaults, ...query })}`;
}

/** Requests a token with the identity header of an app. */
function requestToken(name: IdentityName, query: Query = {}, method = 'GET') {
  const headers = { 'x-identity-header': managedIdentity.headers[name] };
  return callEndpoint(managedIdentity.endpoint, tokenPath(query), { method, headers });
}

const requestOriginalToken = (query: Query = {}) =>
  requestToken('original-api', { client_id: originalClientId, ...query });

function readBody(response: EmulatorResponse | undefined): Record<string, string> {
  return response?.body as Record<string, string>;
}

async function verifyToken(response: EmulatorResponse | undefined) {
  const keys = await openManagedIdentityKeys(emulators.context);
  return keys.verify(readBody(response).access_token ?? '');
}

describe('a token response', () => {
  test('has the members that App Service sends', async () => {
    const response = await requestOriginalToken();
    const { exp } = await verifyToken(response);

    expect(response).toEqual({
      status: 200,
      headers: { 'Cache-Control': 'no-store' },
      body: {
        access_token: expect.any(String),
        client_id: originalClientId,
        expires_on: String(exp),
        resource: vault,
        token_type: 'Bearer',
      },
    });
  });

  test('has an app-only v1.0 token of the identity for 24 hours', async () => {
    const { origin, directory } = emulators.context;
    const { principalId } = findIdentity('original-api') ?? {};
    const claims = await verifyToken(await requestOriginalToken());

    expect(claims).toMatchObject({
      aud: vault,
      iss: `${origin}/${directory.homeTenant.id}/`,
      oid: principalId,
      sub: principalId,
      appid: originalClientId,
      idtyp: 'app',
      ver: '1.0',
    });
    expect(Number(claims.exp) - Number(claims.iat)).toBe(86_400);
  });

  test('has a v2.0 token for a federated credential', async () => {
    const { origin, directory } = emulators.context;
    const resource = 'api://AzureADTokenExchange';

    expect(await verifyToken(await requestOriginalToken({ resource }))).toMatchObject({
      aud: resource,
      iss: `${origin}/${directory.homeTenant.id}/v2.0`,
      sub: findIdentity('original-api')?.principalId,
      ver: '2.0',
    });
  });

  test('has the audience as it was requested, with the slash at its end', async () => {
    const query = { client_id: downstreamClientId, resource: 'https://storage.azure.com/' };
    const response = await requestToken('downstream-api', query);

    expect(await verifyToken(response)).toMatchObject({ aud: 'https://storage.azure.com/' });
  });
});

describe('the system-assigned identity', () => {
  test('is used without a client id', async () => {
    const response = await requestToken('func-start');

    expect(response?.status).toBe(200);
    expect(readBody(response).client_id).toBe(findIdentity('func-start')?.clientId);
  });

  test('is rejected with a client id', async () => {
    const query = { client_id: findIdentity('func-start')?.clientId ?? '' };

    expect((await requestToken('func-start', query))?.status).toBe(400);
  });
});

test.each<{ name: string; headers: Record<string, string> }>([
  { name: 'no header', headers: {} },
  { name: 'an empty header', headers: { 'x-identity-header': '' } },
  { name: 'a wrong header', headers: { 'x-identity-header': 'f'.repeat(64) } },
])('responds 401 to $name', async ({ headers }) => {
  const path = tokenPath({ client_id: originalClientId });

  expect(await callEndpoint(managedIdentity.endpoint, path, { headers })).toMatchObject({
    status: 401,
    body: { statusCode: 401, message: 'The x-identity-header is missing or wrong.' },
  });
});

test.each<{ name: string; query: Query }>([
  { name: 'an unknown client id', query: { client_id: unknownClientId } },
  { name: 'the client id of another app', query: { client_id: downstreamClientId } },
  { name: 'no client id for a user-assigned identity', query: {} },
  {
    name: 'an unknown resource',
    query: { client_id: originalClientId, resource: 'https://graph.microsoft.com' },
  },
  {
    name: 'an older protocol',
    query: { client_id: originalClientId, 'api-version': '2017-09-01' },
  },
])('responds 400 to $name', async ({ query }) => {
  const response = await requestToken('original-api', query);

  expect(response?.status).toBe(400);
  expect(response?.body).toEqual({
    statusCode: 400,
    message: expect.any(String),
    correlationId: expect.any(String),
  });
});

test('responds 405 to POST', async () => {
  expect((await requestToken('func-start', {}, 'POST'))?.status).toBe(405);
});

test('does not serve another path', async () => {
  expect(await callEndpoint(managedIdentity.endpoint, '/msi/tokens')).toBeUndefined();
});

describe('records', () => {
  test('have the identity and the resource', async () => {
    await requestOriginalToken();

    expect(emulators.context.recorder.since(0)).toMatchObject([
      { hop: 'managed-identity', operation: 'identity-token', status: 200 },
    ]);
    expect(emulators.context.recorder.since(0)[0]?.facts).toEqual({
      identity: 'original-api',
      resource: vault,
    });
  });

  test('have the reason of an error', async () => {
    await requestOriginalToken({ client_id: unknownClientId });

    expect(emulators.context.recorder.since(0)).toMatchObject([
      {
        status: 400,
        facts: { identity: 'original-api', error: expect.stringContaining('No User Assigned') },
      },
    ]);
  });

  test('have no token and no identity header', async () => {
    const response = await requestOriginalToken();
    const records = JSON.stringify(emulators.context.recorder.since(0));

    expect(records).not.toContain(readBody(response).access_token);
    expect(records).not.toContain(managedIdentity.headers['original-api']);
  });
});

describe('identity headers', () => {
  const file = () => join(emulators.context.dataDir, 'identity-headers.json');

  test('are the same after a restart', () => {
    expect(createManagedIdentity(emulators.context).headers).toEqual(managedIdentity.headers);
  });

  test('are stored in a file that only its owner can read', async () => {
    expect(JSON.parse(await readFile(file(), 'utf8'))).toEqual(managedIdentity.headers);
    expect((await stat(file())).mode & 0o777).toBe(0o600);
  });

  test('are different for each app', () => {
    expect(new Set(Object.values(managedIdentity.headers)).size).toBe(3);
  });
});

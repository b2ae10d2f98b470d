import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { EmulatorResponse, Endpoint } from '../../../../../local/emulators/context.ts';
import { createKeyVault } from '../../../../../local/emulators/key-vault/key-vault.ts';
import {
  type Claims,
  callEndpoint,
  createIdentityClaims,
  createTestContext,
  signBearer,
  type TestContext,
} from '../test-context.ts';

let emulators: TestContext;
let keyVault: Endpoint;
beforeAll(async () => {
  emulators = await createTestContext();
  keyVault = createKeyVault(emulators.context);
});
afterAll(() => emulators.remove());
beforeEach(async () => {
  emulators.context.recorder.clear();
  await emulators.context.credentials.restore();
});

const audience = 'https://vault.azure.net';
const name = 'zero-trust-original-api';
const secretPath = `/secrets/${name}`;
const apiVersion = 'api-version=2026-04-01';

const newestVersion = () => emulators.context.credentials.vaultVersions(name)[0];

const originalClaims = () => createIdentityClaims(emulators.context, 'original-api', audience);
const downstreamClaims = () => createIdentityClaims(emulators.context, 'downstream-api', audience);

/** Sends a GET request with a token of Original's identity, or with other claims. */
async function callVault(
  path: string,
  claims: Claims = originalClaims(),
): Promise<EmulatorResponse | undefined> {
  const authorization = await signBearer(emulators.context, claims);
  return callEndpoint(keyVault, path, { headers: { authorization } });
}

describe('reading a secret', () => {
  test('returns the newest version to an identity with the role', async () => {
    const response = await callVault(`${secretPath}/?${apiVersion}`);
    const { version, value, created = 0, expires = 0 } = newestVersion() ?? {};
    const createdSeconds = Math.floor(created / 1000);

    expect(response).toEqual({
      status: 200,
      body: {
        value,
        id: `${emulators.context.origin}${secretPath}/${version}`,
        contentType: 'application/x-pem-file',
        attributes: {
          enabled: true,
          created: createdSeconds,
          updated: createdSeconds,
          exp: Math.floor(expires / 1000),
          recoveryLevel: 'Recoverable',
          recoverableDays: 90,
        },
      },
    });
  });

  test('returns an older version by its id', async () => {
    const old = newestVersion();
    await emulators.context.credentials.rotate();

    expect(await callVault(`${secretPath}/${old?.version}?${apiVersion}`)).toMatchObject({
      status: 200,
      body: { value: old?.value },
    });
  });

  test('lists all versions without their values', async () => {
    const old = newestVersion();
    await emulators.context.credentials.rotate();
    const response = await callVault(`${secretPath}/versions?${apiVersion}`);
    const list = response?.body as { value: { id: string }[] } | undefined;
    const versions = list?.value.map(({ id }) => id.split('/').at(-1));

    expect(versions?.slice(0, 2)).toEqual([newestVersion()?.version, old?.version]);
    expect(JSON.stringify(list)).not.toContain('PRIVATE KEY');
  });

  test('returns an expired version with its expiry, as Azure does', async () => {
    await emulators.context.credentials.expire();
    const response = await callVault(`${secretPath}?${apiVersion}`);
    const secret = response?.body as { attributes: { exp: number } } | undefined;

    expect(response?.status).toBe(200);
    expect(Number(secret?.attributes.exp) * 1000).toBeLessThan(emulators.context.now());
  });

  test('responds 403 to a disabled version', async () => {
    await emulators.context.credentials.disable();

    expect(await callVault(`${secretPath}?${apiVersion}`)).toMatchObject({
      status: 403,
      body: { error: { code: 'Forbidden', innererror: { code: 'SecretDisabled' } } },
    });
  });

  // Azure's clients cache the token of a managed identity for 24 hours.
  test('accepts an older token after the keys of users’ tokens were rotated', async () => {
    const claims = originalClaims();
    await emulators.context.signingKeys.rotate('emergency');

    expect(await callVault(`${secretPath}?${apiVersion}`, claims)).toMatchObject({ status: 200 });
  });
});

describe('authorization', () => {
  test('responds 403 to an identity without the role', async () => {
    expect(await callVault(`${secretPath}?${apiVersion}`, downstreamClaims())).toMatchObject({
      status: 403,
      body: { error: { code: 'Forbidden', innererror: { code: 'ForbiddenByRbac' } } },
    });
  });

  test('responds 403 to a principal that is not a managed identity', async () => {
    const { oid } = emulators.context.directory.userByName('alice') ?? {};
    const response = await callVault(`${secretPath}?${apiVersion}`, { ...originalClaims(), oid });

    expect(response?.status).toBe(403);
  });
});

describe('authentication', () => {
  const unauthorized = {
    status: 401,
    headers: { 'WWW-Authenticate': expect.any(String) },
    body: { error: { code: 'Unauthorized' } },
  };

  test('responds with the challenge that SecretClient needs', async () => {
    const response = await callEndpoint(keyVault, `${secretPath}?${apiVersion}`);
    const { origin, directory } = emulators.context;

    expect(response).toMatchObject(unauthorized);
    expect(response?.headers?.['WWW-Authenticate']).toBe(
      `Bearer authorization="${origin}/${directory.homeTenant.id}", resource="${audience}"`,
    );
  });

  test.each<{ name: string; change: (claims: Claims) => Claims }>([
    {
      name: 'for another audience',
      change: (claims) => ({ ...claims, aud: 'https://storage.azure.com' }),
    },
    // Azure rejects the slash too.
    {
      name: 'for its audience with a slash',
      change: (claims) => ({ ...claims, aud: `${audience}/` }),
    },
    {
      name: 'for an array of audiences',
      change: (claims) => ({ ...claims, aud: [audience] }),
    },
    {
      name: 'of another issuer',
      change: (claims) => ({
        ...claims,
        iss: 'http://localhost:9/c0705000-0000-4000-8000-00000000c001/',
      }),
    },
    {
      name: 'of another tenant',
      change: (claims) => ({ ...claims, iss: String(claims.iss).replace('c0705000', 'fab21ca0') }),
    },
    {
      name: 'that has expired',
      change: (claims) => ({ ...claims, exp: Number(claims.iat) - 1 }),
    },
    { name: 'without exp', change: ({ exp: _, ...claims }) => claims },
    {
      name: 'that is valid in ten minutes',
      change: (claims) => ({ ...claims, nbf: Number(claims.iat) + 600 }),
    },
    { name: 'without oid', change: ({ oid: _, ...claims }) => claims },
  ])('responds 401 to a token $name', async ({ change }) => {
    const claims = change(originalClaims());

    expect(await callVault(`${secretPath}?${apiVersion}`, claims)).toMatchObject(unauthorized);
  });

  test('responds 401 to a token that Entra signed for a user', async () => {
    const token = await emulators.context.signingKeys.sign(originalClaims());
    const headers = { authorization: `Bearer ${token}` };

    expect(await callEndpoint(keyVault, `${secretPath}?${apiVersion}`, { headers })).toMatchObject(
      unauthorized,
    );
  });

  test.each(['Bearer abc', 'Basic abc', 'Bearer', ''])(
    'responds 401 to the Authorization header "%s"',
    async (authorization) => {
      const headers = { authorization };

      expect(
        await callEndpoint(keyVault, `${secretPath}?${apiVersion}`, { headers }),
      ).toMatchObject(unauthorized);
    },
  );
});

describe('invalid requests', () => {
  const unknownVersion = '0123456789abcdef0123456789abcdef';

  test.each([
    { reason: 'an unknown secret', path: '/secrets/nothing' },
    { reason: 'an unknown version', path: `${secretPath}/${unknownVersion}` },
    { reason: 'a secret outside of Key Vault', path: '/secrets/daemon-secret' },
  ])('responds 404 to $reason', async ({ path }) => {
    expect(await callVault(`${path}?${apiVersion}`)).toMatchObject({
      status: 404,
      body: { error: { code: 'SecretNotFound' } },
    });
  });

  test.each([
    { reason: 'no name', path: '/secrets/' },
    { reason: 'an invalid name', path: '/secrets/a%20b' },
    { reason: 'a path that is too long', path: `${secretPath}/versions/more` },
  ])('responds 400 to $reason', async ({ path }) => {
    expect(await callVault(`${path}?${apiVersion}`)).toMatchObject({
      status: 400,
      body: { error: { code: 'BadParameter' } },
    });
  });

  test.each([
    { reason: 'an unknown api-version', query: '?api-version=2016-10-01' },
    { reason: 'no api-version', query: '' },
  ])('responds 400 to $reason', async ({ query }) => {
    expect((await callVault(secretPath + query))?.status).toBe(400);
  });

  test('responds 405 to PUT', async () => {
    const headers = { authorization: await signBearer(emulators.context, originalClaims()) };
    const options = { method: 'PUT', headers };
    const response = await callEndpoint(keyVault, `${secretPath}?${apiVersion}`, options);

    expect(response?.status).toBe(405);
  });

  test.each(['/', '/secretsx', '/keys/x', '/msi/token'])('does not serve %s', async (path) => {
    expect(await callEndpoint(keyVault, path)).toBeUndefined();
  });
});

describe('records', () => {
  test('have the identity and the secret', async () => {
    await callVault(`${secretPath}?${apiVersion}`);
    const [record] = emulators.context.recorder.since(0);

    expect(record).toMatchObject({ hop: 'vault', operation: 'secrets', status: 200 });
    expect(record?.facts).toEqual({ secret: name, identity: 'original-api' });
  });

  test('have the version and the reason of an error', async () => {
    const { version } = newestVersion() ?? {};
    await callVault(`${secretPath}/${version}?${apiVersion}`, downstreamClaims());

    expect(emulators.context.recorder.since(0)).toMatchObject([
      {
        status: 403,
        facts: { secret: name, version, identity: 'downstream-api', error: 'ForbiddenByRbac' },
      },
    ]);
  });

  test('have no value and no token', async () => {
    await callVault(`${secretPath}?${apiVersion}`);
    await callVault(`${secretPath}?${apiVersion}`, downstreamClaims());

    expect(JSON.stringify(emulators.context.recorder.since(0))).not.toMatch(/PRIVATE KEY|eyJ/);
  });
});

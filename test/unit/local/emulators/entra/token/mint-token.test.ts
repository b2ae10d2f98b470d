import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeProtectedHeader } from 'jose';
import { readDirectory } from '../../../../../../local/emulators/entra/directory.ts';
import { mintToken } from '../../../../../../local/emulators/entra/token/mint-token.ts';
import { type EntraEmulator, type Json, readClaims, startEntra } from '../entra-emulator.ts';

let entra: EntraEmulator;
beforeAll(async () => {
  entra = await startEntra();
});
afterAll(() => entra.close());

const downstreamAppId = 'd0375100-0000-4000-8000-0000000000a3';
const otherAppId = '07e20000-0000-4000-8000-0000000000a4';
const fabrikamId = 'fab21ca0-0000-4000-8000-00000000fab1';
const appIdOf = (name: string) => entra.context.directory.app(name)?.appId;

async function mintClaims(request: object): Promise<Json> {
  const { access_token: token } = await entra.token(request);
  return readClaims(token);
}

test('creates token A of the Client App by default', async () => {
  expect(await mintClaims({ user: 'alice' })).toMatchObject({
    aud: appIdOf('original-api'),
    azp: appIdOf('client-app'),
    azpacr: '0',
    scp: 'Documents.Read Documents.ReadWrite Profile.Read Profile.ReadWrite',
    xms_cc: ['cp1'],
    amr: ['pwd'],
  });
});

test.each([
  { name: 'one scope', request: { scope: 'Documents.Read' }, claims: { scp: 'Documents.Read' } },
  {
    name: 'two scopes',
    request: { scope: 'Documents.Read,Profile.Read' },
    claims: { scp: 'Documents.Read Profile.Read' },
  },
  {
    name: 'a scope of another API by its name',
    request: { scope: 'downstream-api/Profile.Read' },
    claims: { aud: downstreamAppId, scp: 'Profile.Read' },
  },
  {
    name: 'a scope of another API by its id',
    request: { scope: `api://${downstreamAppId}/Profile.Read` },
    claims: { aud: downstreamAppId },
  },
  {
    name: 'Original API as the client',
    request: { client: 'original-api' },
    claims: { aud: downstreamAppId, azpacr: '2' },
  },
  { name: 'another client', request: { client: 'other-app' }, claims: { azp: otherAppId } },
  { name: 'another tenant', request: { tenant: 'fabrikam' }, claims: { tid: fabrikamId } },
  {
    name: 'MFA and an authentication context',
    request: { mfa: true, acrs: 'c1' },
    claims: { amr: ['pwd', 'mfa'], acrs: ['c1'] },
  },
  {
    name: 'replaced claims',
    request: { claims: { aud: 'x', exp: 1 } },
    claims: { aud: 'x', exp: 1 },
  },
])('creates a token with $name', async ({ request, claims }) => {
  expect(await mintClaims({ user: 'alice', ...request })).toMatchObject(claims);
});

test('creates a token without the capability cp1', async () => {
  expect(await mintClaims({ user: 'alice', cp1: false })).not.toHaveProperty('xms_cc');
});

test('removes a claim that is null', async () => {
  expect(await mintClaims({ user: 'alice', claims: { oid: null } })).not.toHaveProperty('oid');
});

describe('an app-only token', () => {
  test('is a token of daemon in the home tenant', async () => {
    expect(await mintClaims({ app: true })).toMatchObject({
      azp: appIdOf('daemon'),
      azpacr: '1',
      idtyp: 'app',
      tid: entra.home,
    });
  });

  test.each(['scp', 'roles', 'preferred_username', 'name'])('has no %s', async (claim) => {
    expect(await mintClaims({ app: true })).not.toHaveProperty(claim);
  });
});

test('a token with 200 groups has 10 to 16 KiB', async () => {
  const { access_token: token } = await entra.token({ user: 'greta' });

  expect(readClaims(token).groups).toHaveLength(200);
  expect(token.length).toBeGreaterThan(10 * 1024);
  expect(token.length).toBeLessThan(16 * 1024);
});

test('a token is valid from now for 60 to 90 minutes', async () => {
  const { iat, nbf, exp } = await mintClaims({ user: 'alice' });
  const lifetimeSeconds = Number(exp) - Number(iat);

  expect(nbf).toBe(iat);
  expect(lifetimeSeconds).toBeGreaterThanOrEqual(3_600);
  expect(lifetimeSeconds).toBeLessThan(5_400);
});

describe('a resource with requestedAccessTokenVersion 1', () => {
  /** Reads `local/tenant.json` with version 1 for Original API. */
  async function readV1Directory() {
    const defaultFile = new URL('../../../../../../local/tenant.json', import.meta.url);
    const raw = JSON.parse(await readFile(defaultFile, 'utf8'));
    raw.apps['original-api'].requestedAccessTokenVersion = 1;
    const folder = await mkdtemp(join(tmpdir(), 'directory-'));
    try {
      const file = join(folder, 'tenant.json');
      await writeFile(file, JSON.stringify(raw));
      return readDirectory(file, entra.context.clientAppOrigin);
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  test('gets a token with the v1.0 claims, audience and issuer', async () => {
    const context = { ...entra.context, directory: await readV1Directory() };
    const claims = readClaims((await mintToken(context, { user: 'alice' })).access_token);

    expect(claims).toMatchObject({
      aud: `api://${appIdOf('original-api')}`,
      iss: `${entra.context.origin}/${entra.home}/`,
      ver: '1.0',
      appid: appIdOf('client-app'),
      appidacr: '0',
      upn: 'alice@contoso.example',
    });
    expect(claims).not.toHaveProperty('azp');
  });
});

test('a token for Microsoft Graph has a nonce in its header', async () => {
  const { body } = await entra.exchange({ scope: 'openid User.Read' });

  expect(decodeProtectedHeader(String(body.access_token))).toMatchObject({
    alg: 'RS256',
    typ: 'JWT',
    nonce: expect.any(String),
  });
});

test.each([
  { reason: 'no user', request: {}, message: '"user" is missing. Users: alice, bob' },
  {
    reason: 'an unknown user',
    request: { user: 'nobody' },
    message: 'No user "nobody". Users: alice, bob',
  },
  {
    reason: 'an unknown client',
    request: { user: 'alice', client: 'x' },
    message: 'No app "x". Apps: client-app',
  },
  {
    reason: 'an unknown tenant',
    request: { user: 'alice', tenant: 'x' },
    message: 'No tenant "x". Tenants: contoso, fabrikam',
  },
  {
    reason: 'an unknown scope',
    request: { user: 'alice', scope: 'Nothing.Read' },
    message: 'No scope "Nothing.Read" at original-api. Scopes: Documents.Read',
  },
  {
    reason: 'scopes of two APIs',
    request: { user: 'alice', scope: 'Documents.Read downstream-api/Documents.Read' },
    message: 'A token is for one API',
  },
])('rejects $reason and says why', async ({ request, message }) => {
  await expect(entra.token(request)).rejects.toThrow(message);
});

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readDirectory } from '../../../../../../local/emulators/entra/directory.ts';
import { mintToken } from '../../../../../../local/emulators/entra/token/mint-token.ts';
import { type EntraEmulator, type Json, readClaims, startEntra } from '../entra-emulator.ts';

let entra: EntraEmulator;
beforeAll(async () => {
  entra = await startEntra();
});
afterAll(() => entra.close());

const claimsOf = async (asked: object): Promise<Json> =>
  readClaims((await entra.token(asked)).access_token);
const appId = (name: string) => entra.context.directory.app(name)?.appId;

test('is token A of the Client App unless something else is asked for', async () => {
  expect(await claimsOf({ user: 'alice' })).toMatchObject({
    aud: appId('original-api'),
    azp: appId('client-app'),
    azpacr: '0',
    scp: 'Documents.Read Documents.ReadWrite Profile.Read Profile.ReadWrite',
    xms_cc: ['cp1'],
    amr: ['pwd'],
  });
});

test.each([
  ['one scope', { scope: 'Documents.Read' }, { scp: 'Documents.Read' }],
  ['two scopes', { scope: 'Documents.Read,Profile.Read' }, { scp: 'Documents.Read Profile.Read' }],
  [
    'another API by name',
    { scope: 'downstream-api/Profile.Read' },
    { aud: 'd0375100-0000-4000-8000-0000000000a3', scp: 'Profile.Read' },
  ],
  [
    'another API by id',
    { scope: 'api://d0375100-0000-4000-8000-0000000000a3/Profile.Read' },
    { aud: 'd0375100-0000-4000-8000-0000000000a3' },
  ],
  [
    'token B',
    { client: 'original-api' },
    { aud: 'd0375100-0000-4000-8000-0000000000a3', azpacr: '2' },
  ],
  ['another client', { client: 'other-app' }, { azp: '07e20000-0000-4000-8000-0000000000a4' }],
  ['another tenant', { tenant: 'fabrikam' }, { tid: 'fab21ca0-0000-4000-8000-00000000fab1' }],
  ['step-up facts', { mfa: true, acrs: 'c1' }, { amr: ['pwd', 'mfa'], acrs: ['c1'] }],
  ['claims of its own', { claims: { aud: 'x', exp: 1 } }, { aud: 'x', exp: 1 }],
])('gives %s', async (_, asked, expected) => {
  expect(await claimsOf({ user: 'alice', ...asked })).toMatchObject(expected);
});

test('leaves out what it is told to leave out', async () => {
  const claims = await claimsOf({ user: 'alice', cp1: false, claims: { oid: null } });
  expect(claims).not.toHaveProperty('xms_cc');
  expect(claims).not.toHaveProperty('oid');
});

test('an app-only token has no user, no scope and no role', async () => {
  const claims = await claimsOf({ app: true });
  expect(claims).toMatchObject({
    azp: appId('daemon'),
    azpacr: '1',
    idtyp: 'app',
    tid: entra.home,
  });
  for (const name of ['scp', 'roles', 'preferred_username', 'name'])
    expect(claims).not.toHaveProperty(name);
});

test('a member of 200 groups gets a token above 10 KiB, below 16 KiB', async () => {
  const { access_token: token } = await entra.token({ user: 'greta' });
  expect(readClaims(token).groups).toHaveLength(200);
  expect(token.length).toBeGreaterThan(10 * 1024);
  expect(token.length).toBeLessThan(16 * 1024);
});

test('lives 60 to 90 minutes and starts now', async () => {
  const { iat, nbf, exp } = await claimsOf({ user: 'alice' });
  expect(nbf).toBe(iat);
  expect(Number(exp) - Number(iat)).toBeGreaterThanOrEqual(3_600);
  expect(Number(exp) - Number(iat)).toBeLessThan(5_400);
});

test('the resource decides the version: a v1.0 token has v1.0 names, audience and issuer', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'directory-'));
  try {
    const file = join(folder, 'tenant.json');
    const raw = JSON.parse(
      await readFile(new URL('../../../../../../local/tenant.json', import.meta.url), 'utf8'),
    );
    raw.apps['original-api'].requestedAccessTokenVersion = 1;
    await writeFile(file, JSON.stringify(raw));
    const context = {
      ...entra.context,
      directory: readDirectory(file, entra.context.clientAppOrigin),
    };
    const claims = readClaims((await mintToken(context, { user: 'alice' })).access_token);
    expect(claims).toMatchObject({
      aud: `api://${appId('original-api')}`,
      iss: `${entra.context.origin}/${entra.home}/`,
      ver: '1.0',
      appid: appId('client-app'),
      appidacr: '0',
      upn: 'alice@contoso.example',
    });
    expect(claims).not.toHaveProperty('azp');
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('every way to ask for no API of ours leads to a Graph token, which has a nonce in its header', async () => {
  const { body } = await entra.exchange({ scope: 'openid User.Read' });
  const header = JSON.parse(
    Buffer.from(String(body.access_token).split('.')[0] ?? '', 'base64url').toString(),
  );
  expect(header).toMatchObject({ alg: 'RS256', typ: 'JWT', nonce: expect.any(String) });
});

test.each([
  [{}, '"user" is missing. Users: alice, bob'],
  [{ user: 'nobody' }, 'No user "nobody". Users: alice, bob'],
  [{ user: 'alice', client: 'x' }, 'No app "x". Apps: client-app'],
  [{ user: 'alice', tenant: 'x' }, 'No tenant "x". Tenants: contoso, fabrikam'],
  [
    { user: 'alice', scope: 'Nothing.Read' },
    'No scope "Nothing.Read" at original-api. Scopes: Documents.Read',
  ],
  [
    { user: 'alice', scope: 'Documents.Read downstream-api/Documents.Read' },
    'A token is for one API',
  ],
])('says what there is instead of %j', async (asked, message) => {
  await expect(entra.token(asked)).rejects.toThrow(message);
});

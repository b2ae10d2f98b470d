import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createKeyVault } from '../../../../../local/emulators/key-vault/key-vault.ts';
import { ask, createAzureContext, identityClaims, signBearer } from '../azure-context.ts';

let azure: Awaited<ReturnType<typeof createAzureContext>>;
let vault: ReturnType<typeof createKeyVault>;
beforeAll(async () => {
  azure = await createAzureContext();
  vault = createKeyVault(azure.context);
});
afterAll(() => azure.remove());
beforeEach(async () => {
  azure.context.recorder.clear();
  await azure.context.credentials.restore();
});

const name = 'zero-trust-original-api';
const version = 'api-version=2026-04-01';
const audience = 'https://vault.azure.net';
const bearer = async (claims: object) => ({
  authorization: await signBearer(azure.context, claims),
});
const asOriginal = (changes: object = {}) =>
  bearer({ ...identityClaims(azure.context, 'original-api', audience), ...changes });
const newest = () => azure.context.credentials.vaultVersions(name)[0];

test('hands the newest version to the identity that holds the role', async () => {
  const answer = await ask(vault, `/secrets/${name}/?${version}`, await asOriginal());
  const held = newest();
  const created = Math.floor((held?.created ?? 0) / 1000);

  expect(answer).toEqual({
    status: 200,
    body: {
      value: held?.value,
      id: `${azure.context.origin}/secrets/${name}/${held?.version}`,
      contentType: 'application/x-pem-file',
      attributes: {
        enabled: true,
        created,
        updated: created,
        exp: Math.floor((held?.expires ?? 0) / 1000),
        recoveryLevel: 'Recoverable',
        recoverableDays: 90,
      },
    },
  });
});

test('hands out an older version by its name, and lists all without their values', async () => {
  const old = newest();
  await azure.context.credentials.rotate();
  const answer = await ask(
    vault,
    `/secrets/${name}/${old?.version}?${version}`,
    await asOriginal(),
  );
  const list = await ask(vault, `/secrets/${name}/versions?${version}`, await asOriginal());
  const { value } = list.body as { value: { id: string }[] };

  expect(answer).toMatchObject({ status: 200, body: { value: old?.value } });
  expect(value.slice(0, 2).map(({ id }) => id.split('/').at(-1))).toEqual([
    newest()?.version,
    old?.version,
  ]);
  expect(JSON.stringify(value)).not.toContain('PRIVATE KEY');
});

test('hands out an expired version, as Azure does, and says that it has expired', async () => {
  await azure.context.credentials.expire();
  const answer = await ask(vault, `/secrets/${name}?${version}`, await asOriginal());
  const { attributes } = answer.body as { attributes: { exp: number } };

  expect(answer.status).toBe(200);
  expect(attributes.exp * 1000).toBeLessThan(azure.context.now());
});

test('goes on after the keys that sign users’ tokens were replaced, for clients keep a token of theirs for 24 hours', async () => {
  const before = await asOriginal();
  await azure.context.signingKeys.rotate('emergency');

  expect(await ask(vault, `/secrets/${name}?${version}`, before)).toMatchObject({ status: 200 });
});

test('refuses a disabled version', async () => {
  await azure.context.credentials.disable();
  const answer = await ask(vault, `/secrets/${name}?${version}`, await asOriginal());

  expect(answer).toMatchObject({
    status: 403,
    body: { error: { code: 'Forbidden', innererror: { code: 'SecretDisabled' } } },
  });
});

test.each(['downstream-api'])(
  "refuses %s's identity, which has no role at the vault",
  async (identity) => {
    const answer = await ask(
      vault,
      `/secrets/${name}?${version}`,
      await bearer(identityClaims(azure.context, identity, audience)),
    );

    expect(answer).toMatchObject({
      status: 403,
      body: { error: { code: 'Forbidden', innererror: { code: 'ForbiddenByRbac' } } },
    });
  },
);

test('refuses a principal that is no managed identity', async () => {
  const { oid } = azure.context.directory.userByName('alice') ?? {};

  expect(await ask(vault, `/secrets/${name}?${version}`, await asOriginal({ oid }))).toMatchObject({
    status: 403,
  });
});

const challenged = {
  status: 401,
  headers: { 'WWW-Authenticate': expect.any(String) },
  body: { error: { code: 'Unauthorized' } },
};

test('answers a request without a token with the challenge that SecretClient reads', async () => {
  const answer = await ask(vault, `/secrets/${name}?${version}`);
  const tenant = azure.context.directory.homeTenant.id;

  expect(answer).toMatchObject(challenged);
  expect(answer.headers?.['WWW-Authenticate']).toBe(
    `Bearer authorization="${azure.context.origin}/${tenant}", resource="https://vault.azure.net"`,
  );
});

test.each<[string, (claims: Record<string, unknown>) => Record<string, unknown>]>([
  ['another audience', (claims) => ({ ...claims, aud: 'https://storage.azure.com' })],
  [
    'its own audience with a slash, which Azure refuses too',
    (claims) => ({ ...claims, aud: `${audience}/` }),
  ],
  ['two audiences', (claims) => ({ ...claims, aud: [audience] })],
  [
    'another issuer',
    (claims) => ({ ...claims, iss: 'http://localhost:9/c0705000-0000-4000-8000-00000000c001/' }),
  ],
  [
    'another tenant',
    (claims) => ({ ...claims, iss: String(claims.iss).replace('c0705000', 'fab21ca0') }),
  ],
  ['a past end', (claims) => ({ ...claims, exp: Number(claims.iat) - 1 })],
  ['no end', ({ exp: _, ...claims }) => claims],
  ['a beginning in ten minutes', (claims) => ({ ...claims, nbf: Number(claims.iat) + 600 })],
  ['no principal', ({ oid: _, ...claims }) => claims],
])('refuses a token with %s', async (_, change) => {
  const claims = change(identityClaims(azure.context, 'original-api', audience));

  expect(await ask(vault, `/secrets/${name}?${version}`, await bearer(claims))).toMatchObject(
    challenged,
  );
});

test('refuses a token that somebody else signed, be it Entra, and one that is no token', async () => {
  const foreign = await azure.context.signingKeys.sign(
    identityClaims(azure.context, 'original-api', audience),
  );

  for (const authorization of [`Bearer ${foreign}`, 'Bearer abc', 'Basic abc', 'Bearer', '']) {
    expect(await ask(vault, `/secrets/${name}?${version}`, { authorization })).toMatchObject(
      challenged,
    );
  }
});

test.each([
  ['an unknown secret', '/secrets/nothing', 404, 'SecretNotFound'],
  [
    'an unknown version',
    `/secrets/${name}/0123456789abcdef0123456789abcdef`,
    404,
    'SecretNotFound',
  ],
  ['a secret that is not in the vault', '/secrets/daemon-secret', 404, 'SecretNotFound'],
  ['no name', '/secrets/', 400, 'BadParameter'],
  ['a bad name', '/secrets/a%20b', 400, 'BadParameter'],
  ['a path that is too long', `/secrets/${name}/versions/more`, 400, 'BadParameter'],
])('answers %s', async (_, path, status, code) => {
  expect(await ask(vault, `${path}?${version}`, await asOriginal())).toMatchObject({
    status,
    body: { error: { code } },
  });
});

test('refuses an api-version it does not know, and every method but GET', async () => {
  expect(
    await ask(vault, `/secrets/${name}?api-version=2016-10-01`, await asOriginal()),
  ).toMatchObject({ status: 400 });
  expect(await ask(vault, `/secrets/${name}`, await asOriginal())).toMatchObject({ status: 400 });
  expect(await ask(vault, `/secrets/${name}?${version}`, await asOriginal(), 'PUT')).toMatchObject({
    status: 405,
  });
});

test('leaves other paths alone', async () => {
  for (const path of ['/', '/secretsx', '/keys/x', '/msi/token'])
    expect(await ask(vault, path)).toEqual({ status: 0 });
});

test('records who read which secret and why somebody was refused, and never a value or a token', async () => {
  await ask(vault, `/secrets/${name}?${version}`, await asOriginal());
  await ask(
    vault,
    `/secrets/${name}/${newest()?.version}?${version}`,
    await bearer(identityClaims(azure.context, 'downstream-api', audience)),
  );
  const [read, refused] = azure.context.recorder.since(0);

  expect(read).toMatchObject({ hop: 'vault', operation: 'secrets', status: 200 });
  expect(read?.facts).toEqual({ secret: name, identity: 'original-api' });
  expect(refused).toMatchObject({
    status: 403,
    facts: {
      secret: name,
      version: newest()?.version,
      identity: 'downstream-api',
      error: 'ForbiddenByRbac',
    },
  });
  expect(JSON.stringify([read, refused])).not.toMatch(/PRIVATE KEY|eyJ/);
});

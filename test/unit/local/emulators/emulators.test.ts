import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Emulators, startEmulators } from '../../../../local/emulators/emulators.ts';
import { readClaims } from './entra/entra-emulator.ts';

let dataDir: string;
let emulators: Emulators;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'emulators-'));
  emulators = await startEmulators({
    emulatorPort: 0,
    tablePort: 0,
    clientAppOrigin: 'http://localhost:5555',
    dataDir,
  });
}, 30_000);
afterAll(async () => {
  await emulators.close();
  await rm(dataDir, { recursive: true, force: true });
});

/** Runs a command line of the emulators's as npm does. */
function run(
  script: string,
  args: readonly string[],
  env: Record<string, string> = { EMULATOR_DATA_DIR: dataDir },
) {
  const file = fileURLToPath(new URL(`../../../../local/${script}.ts`, import.meta.url));
  return new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', file, ...args],
      { env: { PATH: process.env.PATH, ...env } },
      (error, out, err) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    );
  });
}

test('serves all of its parts under one origin, and hands every app its identity', async () => {
  const { origin, directory } = emulators.context;
  const { clientId, header } = emulators.identities['original-api'];
  const identity = await fetch(
    `${origin}/msi/token?api-version=2019-08-01&resource=https://vault.azure.net&client_id=${clientId}`,
    {
      headers: { 'x-identity-header': header },
    },
  );
  const { access_token: token } = (await identity.json()) as { access_token: string };
  expect(readClaims(token)).toMatchObject({
    aud: 'https://vault.azure.net',
    iss: `${origin}/${directory.homeTenant.id}/`,
  });
  const secret = await fetch(`${origin}/secrets/zero-trust-original-api?api-version=7.6`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect(secret.status).toBe(200);
  expect((await fetch(`${origin}/contoso/v2.0/.well-known/openid-configuration`)).status).toBe(200);
  expect(emulators.tableEndpoint).toMatch(/^http:\/\/localhost:\d+\/devstoreaccount1$/);
});

test('a port that is taken is an error, and nothing is left running', async () => {
  const { port } = new URL(emulators.context.origin);
  await expect(
    startEmulators({
      emulatorPort: Number(port),
      tablePort: 0,
      clientAppOrigin: 'http://localhost:5555',
      dataDir,
    }),
  ).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
});

test('does not run on Azure', async () => {
  process.env.WEBSITE_INSTANCE_ID = 'an instance';
  try {
    await expect(
      startEmulators({
        emulatorPort: 0,
        tablePort: 0,
        clientAppOrigin: 'http://localhost:5555',
        dataDir,
      }),
    ).rejects.toThrow('Azure');
  } finally {
    delete process.env.WEBSITE_INSTANCE_ID;
  }
});

test('`token` prints a token and nothing else', async () => {
  const { code, out, err } = await run('token', ['alice', '--scope', 'Documents.Read', '--no-cp1']);
  expect([code, err]).toEqual([0, '']);
  expect(out).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
  expect(readClaims(out)).toMatchObject({ scp: 'Documents.Read' });
  expect(readClaims(out)).not.toHaveProperty('xms_cc');
});

test('`token` lists the users for an unknown one, and says how to start emulators', async () => {
  expect(await run('token', ['nobody'])).toEqual({
    code: 1,
    out: '',
    err: expect.stringContaining('Users: alice, bob'),
  });
  expect(await run('token', ['alice'], { EMULATOR_DATA_DIR: join(dataDir, 'none') })).toEqual({
    code: 1,
    out: '',
    err: expect.stringContaining('npm start'),
  });
  expect(await run('token', ['--nonsense'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('Usage'),
  });
});

test('`policy` lists, sets and resets, for people and for machines', async () => {
  expect((await run('policy', ['set', 'mfa', 'on', '--user', 'alice'])).out).toMatch(
    /^\* +mfa +on +alice/m,
  );
  expect(JSON.parse((await run('policy', ['list', '--json'])).out)).toContainEqual({
    name: 'mfa',
    value: 'on',
    user: 'alice',
    since: expect.any(Number),
  });
  expect((await run('policy', ['reset'])).out).toMatch(/^ +mfa +off/m);
});

test.each([
  [['set', 'mf', 'on'], 'Policies: mfa'],
  [['set', 'mfa', 'x'], 'Values: off, on'],
  [['set', 'mfa'], 'Usage'],
  [[], 'Usage'],
])('`policy %j` ends with 2 and says what there is', async (args, message) => {
  expect(await run('policy', args)).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringContaining(message),
  });
});

test('the control file is its owner’s alone and goes with the emulators', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'emulators-'));
  const other = await startEmulators({
    emulatorPort: 0,
    tablePort: 0,
    clientAppOrigin: 'http://localhost:5555',
    dataDir: folder,
  });
  const file = join(folder, 'control.json');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({
    origin: other.context.origin,
    token: other.controlToken,
  });
  await other.close();
  await expect(stat(file)).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(fetch(other.context.origin)).rejects.toHaveProperty('message');
  await rm(folder, { recursive: true });
}, 30_000);

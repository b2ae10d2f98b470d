import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Emulators, startEmulators } from '../../../../local/emulators/emulators.ts';
import { readClaims } from './entra/entra-emulator.ts';

const clientAppOrigin = 'http://localhost:5555';

function start(dataDir: string, emulatorPort = 0): Promise<Emulators> {
  return startEmulators({ emulatorPort, tablePort: 0, clientAppOrigin, dataDir });
}

let dataDir: string;
let emulators: Emulators;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'emulators-'));
  emulators = await start(dataDir);
});
afterAll(async () => {
  await emulators.close();
  await rm(dataDir, { recursive: true, force: true });
});
beforeEach(() => emulators.context.policies.reset());

async function requestVaultToken(): Promise<string> {
  const { clientId, header } = emulators.identities['original-api'];
  const query = new URLSearchParams({
    'api-version': '2019-08-01',
    resource: 'https://vault.azure.net',
    client_id: clientId,
  });
  const response = await fetch(`${emulators.context.origin}/msi/token?${query}`, {
    headers: { 'x-identity-header': header },
  });
  const { access_token: token } = (await response.json()) as { access_token: string };
  return token;
}

test('issues a managed identity token to an app with its identity header', async () => {
  const { origin, directory } = emulators.context;

  expect(readClaims(await requestVaultToken())).toMatchObject({
    aud: 'https://vault.azure.net',
    iss: `${origin}/${directory.homeTenant.id}/`,
  });
});

test('serves Key Vault to a managed identity', async () => {
  const url = `${emulators.context.origin}/secrets/zero-trust-original-api?api-version=7.6`;
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${await requestVaultToken()}` },
  });

  expect(response.status).toBe(200);
});

test('serves the OpenID configuration', async () => {
  const { origin } = emulators.context;
  const response = await fetch(`${origin}/contoso/v2.0/.well-known/openid-configuration`);

  expect(response.status).toBe(200);
});

test('has a table endpoint on localhost', () => {
  expect(emulators.tableEndpoint).toMatch(/^http:\/\/localhost:\d+\/devstoreaccount1$/);
});

test('fails when the port is in use', async () => {
  const { port } = new URL(emulators.context.origin);

  await expect(start(dataDir, Number(port))).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

test('refuses to start on Azure', async () => {
  process.env.WEBSITE_INSTANCE_ID = 'an instance';
  try {
    await expect(start(dataDir)).rejects.toThrow('must not run on Azure');
  } finally {
    delete process.env.WEBSITE_INSTANCE_ID;
  }
});

describe('close', () => {
  let folder: string;
  let other: Emulators;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'emulators-'));
    other = await start(folder);
  });
  afterEach(async () => {
    await other.close();
    await rm(folder, { recursive: true, force: true });
  });

  test('removes the control file, which only its owner can read', async () => {
    const file = join(folder, 'control.json');
    const { mode } = await stat(file);
    const content = JSON.parse(await readFile(file, 'utf8'));
    await other.close();

    expect(mode & 0o777).toBe(0o600);
    expect(content).toEqual({ origin: other.context.origin, token: other.controlToken });
    await expect(stat(file)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('closes the port', async () => {
    await other.close();

    await expect(fetch(other.context.origin)).rejects.toHaveProperty('message');
  });
});

describe('command line tools', () => {
  interface RunResult {
    readonly exitCode: number;
    readonly stdout: string;
    readonly stderr: string;
  }

  /** Runs `local/{script}.ts` as npm does. */
  function run(
    script: 'token' | 'policy',
    args: readonly string[],
    emulatorDataDir = dataDir,
  ): Promise<RunResult> {
    const file = fileURLToPath(new URL(`../../../../local/${script}.ts`, import.meta.url));
    const nodeArgs = ['--disable-warning=ExperimentalWarning', file, ...args];
    const env = { PATH: process.env.PATH, EMULATOR_DATA_DIR: emulatorDataDir };
    return new Promise((resolve) => {
      execFile(process.execPath, nodeArgs, { env }, (error, stdout, stderr) => {
        const exitCode = typeof error?.code === 'number' ? error.code : 0;
        resolve({ exitCode, stdout, stderr });
      });
    });
  }

  test('token prints only a token', async () => {
    const args = ['alice', '--scope', 'Documents.Read', '--no-cp1'];
    const { exitCode, stdout, stderr } = await run('token', args);

    expect(exitCode).toBe(0);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    expect(readClaims(stdout)).toMatchObject({ scp: 'Documents.Read' });
    expect(readClaims(stdout)).not.toHaveProperty('xms_cc');
  });

  test('token lists the users when the user is unknown', async () => {
    expect(await run('token', ['nobody'])).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: expect.stringContaining('Users: alice, bob'),
    });
  });

  test('token says how to start the emulators when they do not run', async () => {
    expect(await run('token', ['alice'], join(dataDir, 'none'))).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: expect.stringContaining('npm start'),
    });
  });

  test('token prints its usage for an unknown option', async () => {
    expect(await run('token', ['--nonsense'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('Usage'),
    });
  });

  test('policy set marks the changed policy', async () => {
    const { stdout } = await run('policy', ['set', 'mfa', 'on', '--user', 'alice']);

    expect(stdout).toMatch(/^\* +mfa +on +alice/m);
  });

  test('policy list --json prints the policies as JSON', async () => {
    await emulators.context.policies.set('mfa', 'on', 'alice');
    const { stdout } = await run('policy', ['list', '--json']);

    expect(JSON.parse(stdout)).toContainEqual({
      name: 'mfa',
      value: 'on',
      user: 'alice',
      since: expect.any(Number),
    });
  });

  test('policy reset restores the defaults', async () => {
    await emulators.context.policies.set('mfa', 'on', 'alice');

    expect((await run('policy', ['reset'])).stdout).toMatch(/^ +mfa +off/m);
  });

  test.each([
    { args: ['set', 'mf', 'on'], message: 'Policies: mfa' },
    { args: ['set', 'mfa', 'x'], message: 'Values: off, on' },
    { args: ['set', 'mfa'], message: 'Usage' },
    { args: [], message: 'Usage' },
  ])('policy $args exits with 2 and prints "$message"', async ({ args, message }) => {
    expect(await run('policy', args)).toMatchObject({
      exitCode: 2,
      stdout: '',
      stderr: expect.stringContaining(message),
    });
  });
});

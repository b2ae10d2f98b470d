/** The real Azure clients against the managed identity, vault and table store of the emulators. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { EmulatorContext } from '../../local/emulators/context.ts';
import { type Emulators, startEmulators } from '../../local/emulators/emulators.ts';
import type { IdentityName } from '../../local/emulators/entra/directory.ts';
import { openManagedIdentityKeys } from '../../local/emulators/managed-identity/keys.ts';
import { until } from '../support/until.ts';
import type { Outcome, Step, TableUse, Work } from './azure-caller.ts';

const run = promisify(execFile);
const program = fileURLToPath(new URL('azure-caller.ts', import.meta.url));
const credentialName = 'zero-trust-original-api';
const vaultResource = 'https://vault.azure.net';
const storageResource = 'https://storage.azure.com';
const getCredential: Step = { action: 'get-secret', name: credentialName };
const getVaultToken: Step = { action: 'get-token', resource: vaultResource };
const successfulUse: TableUse = {
  duplicateStatus: 409,
  staleStatus: 412,
  text: 'second',
  rowKeys: ['1', '2'],
};

let dataDir: string;
let emulators: Emulators;
let context: EmulatorContext;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'contract-azure-'));
  emulators = await startEmulators({
    emulatorPort: 0,
    tablePort: 0,
    clientAppOrigin: 'http://localhost:5555',
    dataDir,
  });
  context = emulators.context;
});
afterAll(async () => {
  await emulators.close();
  await rm(dataDir, { recursive: true, force: true });
});
beforeEach(async () => {
  await context.policies.reset();
  context.recorder.clear();
});

/** Performs steps in a new process with the managed identity of an app. */
async function perform(
  app: IdentityName,
  steps: readonly Step[],
  changes: { readonly clientId?: string; readonly header?: string } = {},
): Promise<readonly Outcome[]> {
  const { clientId, header } = { ...emulators.identities[app], ...changes };
  const work: Work = {
    vault: context.origin,
    tables: emulators.tableEndpoint,
    steps,
    // The host of both APIs has a system-assigned identity.
    ...(app === 'func-start' ? {} : { clientId }),
  };
  const { stdout } = await run(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', program, JSON.stringify(work)],
    {
      env: {
        PATH: process.env.PATH,
        IDENTITY_ENDPOINT: `${context.origin}/msi/token`,
        IDENTITY_HEADER: header,
      },
    },
  );
  return JSON.parse(stdout);
}

async function performOne(
  app: IdentityName,
  step: Step,
  changes: { readonly clientId?: string; readonly header?: string } = {},
): Promise<Outcome> {
  const [outcome] = await perform(app, [step], changes);
  if (outcome === undefined) throw new Error('The process returned no outcome.');
  return outcome;
}

/** The result of a step that must have succeeded. */
function resultOf<T>(outcome: Outcome | undefined): T {
  if (outcome === undefined || !('result' in outcome)) throw new Error(JSON.stringify(outcome));
  return outcome.result as T;
}

const listHops = () =>
  context.recorder
    .since(0)
    .map(({ hop, status, facts }) => ({ hop, status, identity: facts.identity }));

test('the identity of Original API reads the certificate from the vault', async () => {
  const [newest] = context.credentials.vaultVersions(credentialName);
  expect(await performOne('original-api', getCredential)).toMatchObject({
    result: {
      value: newest?.value,
      properties: {
        contentType: 'application/x-pem-file',
        enabled: true,
        version: newest?.version,
      },
    },
  });
});

test('the identity of Original API reads the secret from the vault', async () => {
  const step: Step = { action: 'get-secret', name: `${credentialName}-secret` };
  expect(await performOne('original-api', step)).toMatchObject({
    result: { value: context.credentials.secretOf('original-api') },
  });
});

test('the identity of Original API lists the versions of the certificate', async () => {
  const [newest] = context.credentials.vaultVersions(credentialName);
  const step: Step = { action: 'list-secret-versions', name: credentialName };
  // Key Vault returns times in whole seconds.
  const expires = Math.floor((newest?.expires ?? 0) / 1000) * 1000;
  expect(await performOne('original-api', step)).toMatchObject({
    result: [{ version: newest?.version, expiresOn: new Date(expires).toISOString() }],
  });
});

test('the vault client follows one challenge and then reuses its token', async () => {
  await perform('original-api', [getCredential, getCredential]);

  expect(listHops()).toEqual([
    { hop: 'vault', status: 401, identity: undefined },
    { hop: 'managed-identity', status: 200, identity: 'original-api' },
    { hop: 'vault', status: 200, identity: 'original-api' },
    { hop: 'vault', status: 200, identity: 'original-api' },
  ]);
});

test('the vault returns 403 to the identity of Downstream API', async () => {
  expect(await performOne('downstream-api', getCredential)).toMatchObject({
    error: { name: 'RestError', status: 403, code: 'Forbidden' },
  });
  expect(listHops().at(-1)).toEqual({ hop: 'vault', status: 403, identity: 'downstream-api' });
});

test('the vault returns the newest version after a rotation', async () => {
  await context.credentials.rotate();
  expect(await performOne('original-api', getCredential)).toMatchObject({
    result: { value: context.credentials.vaultVersions(credentialName)[0]?.value },
  });
});

test('the vault returns 403 for a disabled credential', async () => {
  await context.policies.set('vault-credential', 'disable');
  expect(await performOne('original-api', getCredential)).toMatchObject({
    error: {
      status: 403,
      code: 'Forbidden',
      message: 'Operation get is not allowed on a disabled secret.',
    },
  });
});

test('the vault returns 404 for an unknown secret', async () => {
  const step: Step = { action: 'get-secret', name: 'unknown' };
  expect(await performOne('original-api', step)).toMatchObject({
    error: { status: 404, code: 'SecretNotFound' },
  });
});

test('the identity of Downstream API can do everything that the store needs', async () => {
  const step: Step = { action: 'use-table', table: 'contract' };
  expect(await performOne('downstream-api', step)).toEqual({ result: successfulUse });
});

test('the table store returns 403 to the identity of Original API', async () => {
  const step: Step = { action: 'use-table', table: 'contract' };
  expect(await performOne('original-api', step)).toMatchObject({
    error: { name: 'RestError', status: 403 },
  });
});

test('a host of both APIs has one system-assigned identity for vault and tables', async () => {
  const [secret, table] = await perform('func-start', [
    getCredential,
    { action: 'use-table', table: 'both' },
  ]);
  expect(secret).toMatchObject({ result: { name: credentialName } });
  expect(table).toEqual({ result: successfulUse });
});

test("an app cannot get a token of another app's identity", async () => {
  const clientId = context.directory.identity('downstream-api')?.clientId ?? '';
  const step: Step = { action: 'get-token', resource: storageResource };
  expect(await performOne('original-api', step, { clientId })).toMatchObject({
    error: { name: 'CredentialUnavailableError' },
  });
  expect(listHops()).toEqual([{ hop: 'managed-identity', status: 400, identity: 'original-api' }]);
});

test('an app cannot get a token with a wrong identity header', async () => {
  const outcome = await performOne('original-api', getVaultToken, { header: 'wrong' });
  expect(outcome).toMatchObject({ error: { name: 'CredentialUnavailableError' } });
  expect(listHops()).toEqual([{ hop: 'managed-identity', status: 401, identity: undefined }]);
});

test('an identity token is cached, lasts 24 hours and is refreshed after 12 hours', async () => {
  interface IdentityToken {
    readonly token: string;
    readonly expiresOnTimestamp: number;
    readonly refreshAfterTimestamp: number;
  }
  const hour = 3_600_000;
  const outcomes = await perform('original-api', [getVaultToken, getVaultToken]);
  const first = resultOf<IdentityToken>(outcomes[0]);
  const second = resultOf<IdentityToken>(outcomes[1]);

  expect(second.token).toBe(first.token);
  expect(listHops()).toHaveLength(1);
  expect(Math.round((first.expiresOnTimestamp - Date.now()) / hour)).toBe(24);
  expect(Math.round((first.refreshAfterTimestamp - Date.now()) / hour)).toBe(12);
});

test('a federated credential has the issuer, subject and audience that Entra expects', async () => {
  const step: Step = { action: 'get-token', resource: 'api://AzureADTokenExchange' };
  const { token } = resultOf<{ token: string }>(await performOne('original-api', step));
  const platformKeys = await openManagedIdentityKeys(context);
  expect(await platformKeys.verify(token)).toMatchObject({
    iss: `${context.origin}/${context.directory.homeTenant.id}/v2.0`,
    sub: context.directory.identity('original-api')?.principalId,
    aud: 'api://AzureADTokenExchange',
  });
});

test('the table client retries after a temporary fault of the table store', async () => {
  await context.policies.set('fault', 'tables=429:1');
  const outcome = performOne('downstream-api', { action: 'use-table', table: 'retried' });
  const wasThrottled = () =>
    listHops().some(({ hop, status }) => hop === 'tables' && status === 429);
  await until('the table store to return 429', wasThrottled, 4_000);
  await context.policies.set('fault', 'tables=off');

  expect(await outcome).toEqual({ result: successfulUse });
});

test('the vault returns 401 without a token and reveals no key', async () => {
  const url = `${context.origin}/secrets/${credentialName}?api-version=2026-04-01`;
  const response = await fetch(url);
  expect(response.status).toBe(401);
  expect(await response.text()).not.toContain('PRIVATE KEY');
});

test('the table store returns 401 without a token', async () => {
  expect((await fetch(`${emulators.tableEndpoint}/Tables`)).status).toBe(401);
});

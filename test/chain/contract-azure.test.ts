/** The real @azure/identity, @azure/keyvault-secrets and @azure/data-tables against the emulators's managed identity, vault and table store. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { EmulatorContext } from '../../local/emulators/context.ts';
import { type Emulators, startEmulators } from '../../local/emulators/emulators.ts';
import type { IdentityName } from '../../local/emulators/entra/directory.ts';
import { openPlatformKeys } from '../../local/emulators/managed-identity/platform-keys.ts';
import type { Outcome, Step, Work } from './azure-caller.ts';

const run = promisify(execFile);
const caller = fileURLToPath(new URL('azure-caller.ts', import.meta.url));
const name = 'zero-trust-original-api';
const vault = 'https://vault.azure.net';
const storage = 'https://storage.azure.com';

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

/** Lets the app with that managed identity take the steps. */
async function act(
  app: IdentityName,
  steps: readonly Step[],
  changes: { clientId?: string; header?: string } = {},
): Promise<Outcome[]> {
  const { clientId, header } = { ...emulators.identities[app], ...changes };
  const work: Work = {
    vault: context.origin,
    tables: emulators.tableEndpoint,
    steps,
    ...(app !== 'func-start' && { clientId }),
  };
  const env = {
    PATH: process.env.PATH,
    IDENTITY_ENDPOINT: `${context.origin}/msi/token`,
    IDENTITY_HEADER: header,
  };
  const { stdout } = await run(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', caller, JSON.stringify(work)],
    { env },
  );
  return JSON.parse(stdout);
}
const hops = () =>
  context.recorder.since(0).map(({ hop, status, facts }) => [hop, status, facts.identity]);
const used = { again: 409, stale: 412, text: 'second', listed: ['1', '2'] };

test("Original's identity reads the certificate and the secret from the vault, newest or by version", async () => {
  const [held] = context.credentials.vaultVersions(name);
  const [certificate, secret, versions] = await act('original-api', [
    ['secret', name],
    ['secret', `${name}-secret`],
    ['versions', name],
  ]);

  expect(certificate).toMatchObject({
    done: {
      value: held?.value,
      properties: { contentType: 'application/x-pem-file', enabled: true, version: held?.version },
    },
  });
  expect(secret).toMatchObject({ done: { value: context.credentials.secretOf('original-api') } });
  expect(versions).toMatchObject({
    done: [
      {
        version: held?.version,
        expiresOn: new Date(Math.floor((held?.expires ?? 0) / 1000) * 1000).toISOString(),
      },
    ],
  });
});

test('the vault client asks without a token, learns where tokens come from, asks again, and knows it from then on', async () => {
  await act('original-api', [
    ['secret', name],
    ['secret', name],
  ]);

  expect(hops()).toEqual([
    ['vault', 401, undefined],
    ['managed-identity', 200, 'original-api'],
    ['vault', 200, 'original-api'],
    ['vault', 200, 'original-api'],
  ]);
});

test("Downstream's identity is refused by the vault", async () => {
  expect(await act('downstream-api', [['secret', name]])).toMatchObject([
    { failed: { name: 'RestError', status: 403, code: 'Forbidden' } },
  ]);
  expect(hops().at(-1)).toEqual(['vault', 403, 'downstream-api']);
});

test('a rotated credential is the one that the vault hands out next; a disabled one and an unknown one are refused', async () => {
  await context.credentials.rotate();
  const [rotated] = await act('original-api', [['secret', name]]);
  expect(rotated).toMatchObject({
    done: { value: context.credentials.vaultVersions(name)[0]?.value },
  });

  await context.policies.set('vault-credential', 'disable');
  const [disabled, unknown] = await act('original-api', [
    ['secret', name],
    ['secret', 'unknown'],
  ]);
  expect(disabled).toMatchObject({
    failed: {
      status: 403,
      code: 'Forbidden',
      message: 'Operation get is not allowed on a disabled secret.',
    },
  });
  expect(unknown).toMatchObject({ failed: { status: 404, code: 'SecretNotFound' } });
});

test("Downstream's identity does with a table all that the store needs", async () => {
  expect(await act('downstream-api', [['rows', 'contract']])).toEqual([{ done: used }]);
});

test("Original's identity is refused by the table store", async () => {
  expect(await act('original-api', [['rows', 'contract']])).toMatchObject([
    { failed: { name: 'RestError', status: 403 } },
  ]);
});

test('a host that runs both APIs has one identity, named by no client id, which may do both', async () => {
  const [secret, rows] = await act('func-start', [
    ['secret', name],
    ['rows', 'both'],
  ]);

  expect(secret).toMatchObject({ done: { name } });
  expect(rows).toEqual({ done: used });
});

test("an app gets its own identity's tokens only: not another's, none with a wrong header", async () => {
  const other = context.directory.identity('downstream-api')?.clientId ?? '';
  const refused = { failed: { name: 'CredentialUnavailableError' } };

  expect(await act('original-api', [['token', storage]], { clientId: other })).toMatchObject([
    refused,
  ]);
  expect(await act('original-api', [['token', vault]], { header: 'wrong' })).toMatchObject([
    refused,
  ]);
  expect(hops()).toEqual([
    ['managed-identity', 400, 'original-api'],
    ['managed-identity', 401, undefined],
  ]);
});

test('a token is kept for its 24 hours, and renewed from half of them on', async () => {
  const [first, second] = await act('original-api', [
    ['token', vault],
    ['token', vault],
  ]);
  const { token, expiresOnTimestamp, refreshAfterTimestamp } = (
    first as { done: Record<string, number> }
  ).done;
  const hour = 3_600_000;

  expect((second as { done: Record<string, unknown> }).done.token).toBe(token);
  expect(hops()).toHaveLength(1);
  expect(Math.round((Number(expiresOnTimestamp) - Date.now()) / hour)).toBe(24);
  expect(Math.round((Number(refreshAfterTimestamp) - Date.now()) / hour)).toBe(12);
});

test('the token for a federated credential has the issuer, subject and audience that Entra compares', async () => {
  const [answer] = await act('original-api', [['token', 'api://AzureADTokenExchange']]);

  expect(
    await (await openPlatformKeys(context)).verify(
      (answer as { done: { token: string } }).done.token,
    ),
  ).toMatchObject({
    iss: `${context.origin}/${context.directory.homeTenant.id}/v2.0`,
    sub: context.directory.identity('original-api')?.principalId,
    aud: 'api://AzureADTokenExchange',
  });
});

test('a fault of the table store that passes is survived by a retry of the client', async () => {
  await context.policies.set('fault', 'tables=429:1');
  const acting = act('downstream-api', [['rows', 'retried']]);
  const deadline = Date.now() + 4_000;
  const wasRefused = () => hops().some(([hop, status]) => hop === 'tables' && status === 429);
  while (!wasRefused() && Date.now() < deadline) await sleep(10);
  expect(wasRefused()).toBe(true);
  await context.policies.set('fault', 'tables=off');

  expect(await acting).toEqual([{ done: used }]);
});

test('without a token, the vault and the tables tell nothing', async () => {
  const secret = await fetch(`${context.origin}/secrets/${name}?api-version=2026-04-01`);
  const rows = await fetch(`${emulators.tableEndpoint}/Tables`);

  expect([secret.status, rows.status]).toEqual([401, 401]);
  expect(await secret.text()).not.toContain('PRIVATE KEY');
});

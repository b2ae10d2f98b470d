import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { oneHostSettings } from '../../local/api-settings.ts';
import { build } from '../../tools/build.ts';
import { type FunctionsHost, startFunctionsHost } from '../../local/functions-host/host.ts';
import { seed } from '../../local/seed.ts';
import { type Emulators, startEmulators } from '../../local/emulators/emulators.ts';
import { createControlClient } from '../support/control-client.ts';
import { findFreePorts } from '../support/free-ports.ts';

const dist = fileURLToPath(new URL('../../dist/', import.meta.url));
let folder: string;
let emulators: Emulators;
let host: FunctionsHost;

/** What `func start` at the root does with package.json's `main`: one worker loads both apps, with one environment and one identity. */
beforeAll(async () => {
  await build();
  folder = mkdtempSync(join(tmpdir(), 'one-host-'));
  const entry = join(folder, 'both.mjs');
  writeFileSync(
    entry,
    ['original', 'downstream']
      .map((api) => `import '${pathToFileURL(`${dist}${api}-api/functions.js`)}';`)
      .join('\n'),
  );
  const [original = 0] = await findFreePorts(1);
  emulators = await startEmulators({
    emulatorPort: 0,
    tablePort: 0,
    clientAppOrigin: 'http://localhost:1',
    dataDir: join(folder, 'data'),
  });
  await seed(emulators);
  const ports = { emulators: 0, original, downstream: 0, clientApp: 0, table: 0 };
  const env = { PATH: process.env.PATH ?? '', ...oneHostSettings(emulators, ports) };
  host = await startFunctionsHost({ name: 'original-api', port: original, entry, env, log() {} });
}, 60_000);
afterAll(async () => {
  await host?.close();
  await emulators?.close();
  rmSync(folder, { recursive: true, force: true });
});

test('one host loads both APIs, and the chain runs through it with the one system-assigned identity', async () => {
  const { token } = createControlClient(emulators.context.origin, emulators.controlToken);
  const headers = { authorization: `Bearer ${await token('alice')}` };
  const journey = await fetch(`${host.origin}/api/journey`, { headers });
  expect(journey.status).toBe(200);
  expect(await journey.json()).toMatchObject({
    original: { claims: { ver: '2.0' } },
    downstream: { claims: { azpacr: '2' } },
  });
  const documents = await fetch(`${host.origin}/api/documents`, { headers });
  expect((await documents.json()) as object).toHaveProperty('documents.length');
  expect((await fetch(`${host.origin}/api/downstream/documents`, { headers })).status).toBe(401);
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createSingleHostSettings } from '../../local/api-settings.ts';
import { type Emulators, startEmulators } from '../../local/emulators/emulators.ts';
import { type FunctionsHost, startFunctionsHost } from '../../local/functions-host/host.ts';
import { seedTables } from '../../local/seed.ts';
import { build } from '../../tools/build.ts';
import { createControlClient } from '../support/control-client.ts';
import { findFreePorts } from '../support/free-ports.ts';

const dist = fileURLToPath(new URL('../../dist/', import.meta.url));
let folder: string;
let emulators: Emulators;
let host: FunctionsHost;

/** Imports both apps, as the worker of `func start` does for `main` in the root package.json. */
function writeEntryFile(): string {
  const entry = join(folder, 'both.mjs');
  const imports = ['original-api', 'downstream-api'].map((api) => {
    const url = pathToFileURL(join(dist, api, 'functions.js'));
    return `import '${url}';\n`;
  });
  writeFileSync(entry, imports.join(''));
  return entry;
}

beforeAll(async () => {
  await build();
  folder = mkdtempSync(join(tmpdir(), 'one-host-'));
  const [port = 0] = await findFreePorts(1);
  emulators = await startEmulators({
    emulatorPort: 0,
    tablePort: 0,
    clientAppOrigin: 'http://localhost:1',
    dataDir: join(folder, 'data'),
  });
  await seedTables(emulators);
  const ports = { emulators: 0, original: port, downstream: 0, clientApp: 0, table: 0 };
  host = await startFunctionsHost({
    name: 'original-api',
    port,
    entry: writeEntryFile(),
    env: { PATH: process.env.PATH ?? '', ...createSingleHostSettings(emulators, ports) },
    log() {},
  });
}, 60_000);

afterAll(async () => {
  await host?.close();
  await emulators?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function get(path: string): Promise<Response> {
  const { token } = createControlClient(emulators.context.origin, emulators.controlToken);
  const headers = { authorization: `Bearer ${await token('alice')}` };
  return fetch(`${host.origin}/api/${path}`, { headers });
}

test('the journey runs through both APIs in one host with one identity', async () => {
  const response = await get('journey');
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({
    original: { claims: { ver: '2.0' } },
    downstream: { claims: { azpacr: '2' } },
  });
});

test('Original API lists documents through Downstream API in the same host', async () => {
  const response = await get('documents');
  expect(await response.json()).toHaveProperty('documents.length');
});

test('Downstream API refuses token A in the same host', async () => {
  const response = await get('downstream/documents');
  expect(response.status).toBe(401);
});

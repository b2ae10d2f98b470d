import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { startAzurite } from '../../../../../local/emulators/tables/azurite.ts';
import { signSharedKeyLite } from '../../../../../local/emulators/tables/shared-key-lite.ts';

let folder: string;
let parent: ChildProcess | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'azurite-'));
});
afterEach(async () => {
  parent?.kill('SIGKILL');
  parent = undefined;
  await rm(folder, { recursive: true, force: true });
});

const row = { PartitionKey: 'a', RowKey: '1', text: 'a saved row' };
const dataFile = () => join(folder, '__azurite_db_table__.json');

/** Sends a request to Azurite: a POST with a body, or a GET without one. */
async function callAzurite(port: number, path: string, body?: object): Promise<Response> {
  const url = new URL(`http://127.0.0.1:${port}/devstoreaccount1/${path}`);
  const date = new Date().toUTCString();
  const headers = {
    'x-ms-date': date,
    'x-ms-version': '2019-02-02',
    authorization: signSharedKeyLite(date, url),
    accept: 'application/json;odata=nometadata',
    'content-type': 'application/json',
    connection: 'close',
  };
  return fetch(url, { headers, ...(body && { method: 'POST', body: JSON.stringify(body) }) });
}

async function saveRow(port: number): Promise<void> {
  const table = await callAzurite(port, 'Tables', { TableName: 'Notes' });
  expect(table.status).toBe(201);
  const inserted = await callAzurite(port, 'Notes', row);
  expect(inserted.status).toBe(201);
}

test('keeps its data after a restart', async () => {
  const first = await startAzurite(folder);
  await saveRow(first.port);
  await first.close();

  const second = await startAzurite(folder);
  const response = await callAzurite(second.port, 'Notes()');
  const { value } = (await response.json()) as { value: unknown };
  await second.close();
  expect(value).toMatchObject([row]);
});

test('stores its data in a file that only its owner can read', async () => {
  const azurite = await startAzurite(folder);
  await saveRow(azurite.port);
  await azurite.close();

  expect((await stat(dataFile())).mode & 0o777).toBe(0o600);
});

test('close can be called twice', async () => {
  const azurite = await startAzurite(folder);
  await azurite.close();

  await expect(azurite.close()).resolves.toBeUndefined();
});

/** Runs a process that starts Azurite and prints its port. */
async function startParent(): Promise<number> {
  const { href } = new URL('../../../../../local/emulators/tables/azurite.ts', import.meta.url);
  const code = `
    import { startAzurite } from ${JSON.stringify(href)};
    const { port } = await startAzurite(${JSON.stringify(folder)});
    console.log(port);`;
  const started = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  parent = started;
  const [port] = await once(started.stdout, 'data');
  return Number(port);
}

const maxWaitMs = 10_000;

/** Polls until the condition is true. Nothing signals the end of a grandchild process. */
async function waitUntil(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + maxWaitMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('The condition did not become true in time.');
    await sleep(20);
  }
}

async function isClosed(port: number): Promise<boolean> {
  try {
    await callAzurite(port, 'Tables');
    return false;
  } catch {
    return true;
  }
}

async function hasSavedRow(): Promise<boolean> {
  const text = await readFile(dataFile(), 'utf8').catch(() => '');
  return text.includes(row.text);
}

test.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)(
  'saves and exits when %s ends its parent',
  async (signal) => {
    const port = await startParent();
    await saveRow(port);
    parent?.kill(signal);

    await expect(waitUntil(() => isClosed(port))).resolves.toBeUndefined();
    await expect(waitUntil(hasSavedRow)).resolves.toBeUndefined();
  },
);

test('fails when the folder cannot be created', async () => {
  await expect(startAzurite('/dev/null/nowhere')).rejects.toMatchObject({ code: 'ENOTDIR' });
});

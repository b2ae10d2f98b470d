import { type ChildProcess, spawn } from 'node:child_process';
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
  await rm(folder, { recursive: true, force: true });
});

async function ask(
  port: number,
  path: string,
  body?: object,
): Promise<{ status: number; text: string }> {
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
  const answer = await fetch(url, {
    headers,
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  });
  return { status: answer.status, text: await answer.text() };
}

const row = { PartitionKey: 'a', RowKey: '1', text: 'Was here.' };

test('keeps its data over a restart, readable to the owner alone', async () => {
  const first = await startAzurite(folder);
  expect((await ask(first.port, 'Tables', { TableName: 'Notes' })).status).toBe(201);
  expect((await ask(first.port, 'Notes', row)).status).toBe(201);
  await first.close();
  await first.close();

  expect((await stat(join(folder, '__azurite_db_table__.json'))).mode & 0o777).toBe(0o600);
  const second = await startAzurite(folder);
  const { text } = await ask(second.port, 'Notes()');
  await second.close();
  expect(JSON.parse(text).value).toMatchObject([row]);
});

/** Runs a parent that starts Azurite, prints the child's port and then waits to be killed. */
async function startParent(): Promise<number> {
  const code = `import { startAzurite } from ${JSON.stringify(new URL('../../../../../local/emulators/tables/azurite.ts', import.meta.url).href)};
    const { port } = await startAzurite(${JSON.stringify(folder)}); console.log(port);`;
  const started = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  parent = started;
  return new Promise((resolve) => started.stdout.once('data', (text) => resolve(Number(text))));
}

async function untilGone(port: number): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (
    await ask(port, 'Tables').then(
      () => true,
      () => false,
    )
  ) {
    if (Date.now() > deadline) throw new Error('The child is still there.');
    await sleep(20);
  }
}

test.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)(
  'ends and saves when its parent is ended by %s',
  async (signal) => {
    const port = await startParent();
    expect((await ask(port, 'Tables', { TableName: 'Notes' })).status).toBe(201);
    expect((await ask(port, 'Notes', row)).status).toBe(201);
    parent?.kill(signal);
    await untilGone(port);

    const deadline = Date.now() + 10_000;
    const saved = () => readFile(join(folder, '__azurite_db_table__.json'), 'utf8').catch(() => '');
    while (!(await saved()).includes('Was here.') && Date.now() < deadline) await sleep(20);
    expect(await saved()).toContain('Was here.');
  },
);

test('says why it did not start', async () => {
  await expect(startAzurite('/dev/null/nowhere')).rejects.toMatchObject({ code: 'ENOTDIR' });
});

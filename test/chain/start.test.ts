import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { findFreePorts } from '../support/free-ports.ts';
import { isGroupAlive, type Stack, startStack } from '../support/stack.ts';

const program = fileURLToPath(new URL('../../local/start.ts', import.meta.url));
const bin = fileURLToPath(new URL('../support/fixtures/bin', import.meta.url));
const children: ChildProcess[] = [];
let folder: string;
let ports: Record<string, string>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'start-'));
  const [emulators, original, downstream, client, table] = (await findFreePorts(5)).map(String);
  ports = {
    EMULATOR_PORT: emulators,
    ORIGINAL_API_PORT: original,
    DOWNSTREAM_API_PORT: downstream,
    CLIENT_APP_PORT: client,
    TABLE_PORT: table,
  } as typeof ports;
});
afterEach(() => {
  for (const { pid } of children.splice(0))
    if (pid && isGroupAlive(pid)) process.kill(-pid, 'SIGKILL');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** `npm start` in a process group of its own, as a terminal runs it. */
function run(args: readonly string[] = [], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [program, ...args], {
    detached: true,
    env: { ...process.env, ...ports, EMULATOR_DATA_DIR: join(folder, 'data'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const run = {
    pid: child.pid ?? 0,
    output: '',
    ended: new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code))),
  };
  const waiting: (() => void)[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data) => {
      run.output += data;
      for (const check of waiting) check();
    });
  }
  const until = (text: string) =>
    new Promise<void>((resolve, reject) => {
      waiting.push(() => run.output.includes(text) && resolve());
      waiting.at(-1)?.();
      child.on('close', () => reject(new Error(run.output)));
    });
  return Object.assign(run, { until });
}

const isAnswering = (port: string | undefined) =>
  fetch(`http://127.0.0.1:${port}/`).then(
    () => true,
    () => false,
  );

test('a second start on the same ports ends with a line for each, and the first goes on; Ctrl-C leaves nothing running', async () => {
  const first = run();
  await first.until('Ctrl-C stops all of it.');
  expect(first.output).toContain(`open         http://localhost:${ports.CLIENT_APP_PORT}`);
  expect(first.output).toContain(`EMULATOR_PORT=${ports.EMULATOR_PORT}`);

  const second = run();
  expect(await second.ended).toBe(1);
  expect(second.output.trim().split('\n').sort()).toEqual(
    Object.entries(ports)
      .map(
        ([name, port]) =>
          `Port ${port} (${name}) is in use. Stop what uses it, or set ${name} to another port.`,
      )
      .sort(),
  );
  expect((await fetch(`http://localhost:${ports.ORIGINAL_API_PORT}/api/health`)).status).toBe(200);

  // A terminal sends Ctrl-C to the whole group, and npm sends it on once more.
  process.kill(-first.pid, 'SIGINT');
  process.kill(first.pid, 'SIGINT');
  expect(await first.ended).toBe(0);
  expect(isGroupAlive(first.pid)).toBe(false);
  expect(await Promise.all(Object.values(ports).map(isAnswering))).toEqual([
    false,
    false,
    false,
    false,
    false,
  ]);
}, 60_000);

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s while it is still starting leaves nothing running',
  async (signal) => {
    const started = run();
    await started.until('Starting the emulators');
    process.kill(-started.pid, signal);
    expect(await started.ended).toBe(0);
    expect(started.output).not.toContain('Ready');
    expect(isGroupAlive(started.pid)).toBe(false);
  },
  60_000,
);

test("an API that does not start stops the rest, with the API's own words", async () => {
  const started = run([
    '--set',
    'DOWNSTREAM_API_URL=http://downstream.example/',
    '--set',
    'ALLOWED_TENANT_IDS=nonsense',
  ]);
  expect(await started.ended).toBe(1);
  expect(started.output).toMatch(/did not start: [\s\S]*ALLOWED_TENANT_IDS/);
  expect(isGroupAlive(started.pid)).toBe(false);
}, 60_000);

test('uses func where it is on the PATH: one script root for each API, settings by environment, ended with everything else', async () => {
  const path = [bin, dirname(process.execPath), process.env.PATH].join(delimiter);
  const started = run(['--json'], { PATH: path });
  await started.until('{"ready":true');
  const funcs = [...started.output.matchAll(/^func start pid (\d+) host 2\.0 main (.*)$/gm)];
  expect(funcs.map(([, , main]) => main).sort()).toEqual([
    'dist/downstream-api/functions.js',
    'dist/original-api/functions.js',
  ]);
  for (const port of [ports.ORIGINAL_API_PORT, ports.DOWNSTREAM_API_PORT])
    expect(await isAnswering(port)).toBe(true);
  process.kill(started.pid, 'SIGINT');
  expect(await started.ended).toBe(0);
  for (const [, pid] of funcs) expect(() => process.kill(Number(pid), 0)).toThrow();
}, 60_000);

test('a func that ends by itself ends everything with the cause', async () => {
  const path = [bin, dirname(process.execPath), process.env.PATH].join(delimiter);
  const started = run(['--json'], { PATH: path });
  await started.until('{"ready":true');
  const [, pid] = /^func start pid (\d+) /m.exec(started.output) ?? [];
  process.kill(Number(pid), 'SIGKILL');
  expect(await started.ended).toBe(1);
  expect(started.output).toMatch(/func for (original|downstream)-api ended \(SIGKILL\)/);
}, 60_000);

test('what people saved survives a restart, and --fresh begins anew', async () => {
  const options = { env: { EMULATOR_DATA_DIR: join(folder, 'kept') } };
  const withStack = async <T>(args: readonly string[], use: (stack: Stack) => Promise<T>) => {
    const stack = await startStack({ ...options, args });
    try {
      return await use(stack);
    } finally {
      await stack.stop();
    }
  };
  const call = async (stack: Stack, method: string, body?: object) => {
    const headers = {
      authorization: `Bearer ${await stack.token('alice')}`,
      'content-type': 'application/json',
      'if-none-match': '*',
    };
    return (
      await fetch(`${stack.urls.originalApi}/documents/kept`, {
        method,
        headers,
        ...(body && { body: JSON.stringify(body) }),
      })
    ).status;
  };
  expect(
    await withStack([], (stack) => call(stack, 'PUT', { title: 'Kept', text: 'over a restart' })),
  ).toBe(201);
  expect(await withStack([], (stack) => call(stack, 'GET'))).toBe(200);
  expect(await withStack(['--fresh'], (stack) => call(stack, 'GET'))).toBe(404);
}, 90_000);

test('the emulators alone runs no API', async () => {
  const stack = await startStack({ args: ['--emulators-only'] });
  try {
    expect(await isAnswering(new URL(stack.urls.originalApi).port)).toBe(false);
    expect(await isAnswering(new URL(stack.urls.clientApp).port)).toBe(true);
    expect(await stack.token('alice')).toMatch(/^ey/);
  } finally {
    await stack.stop();
  }
}, 60_000);

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { findFreePorts } from '../support/free-ports.ts';
import { isGroupAlive, type Stack, startStack } from '../support/stack.ts';

const program = fileURLToPath(new URL('../../local/start.ts', import.meta.url));
const fixturesBin = fileURLToPath(new URL('../support/fixtures/bin', import.meta.url));
/** A PATH with the `func` of the fixtures. */
const pathWithFunc = [fixturesBin, dirname(process.execPath), process.env.PATH].join(delimiter);
const startMilliseconds = 60_000;

const children: ChildProcess[] = [];
let folder: string;
let ports: Readonly<Record<string, string>>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'start-'));
  const names = [
    'EMULATOR_PORT',
    'ORIGINAL_API_PORT',
    'DOWNSTREAM_API_PORT',
    'CLIENT_APP_PORT',
    'TABLE_PORT',
  ];
  const free = await findFreePorts(names.length);
  ports = Object.fromEntries(names.map((name, index) => [name, String(free[index])]));
});

afterEach(() => {
  for (const { pid } of children.splice(0))
    if (pid !== undefined && isGroupAlive(pid)) process.kill(-pid, 'SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

interface Run {
  readonly pid: number;
  /** Everything that the program has printed so far. */
  readonly output: () => string;
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>;
  /** Resolves when the output contains a text. Rejects if the program ends without it. */
  waitFor(text: string): Promise<void>;
}

/** Runs `npm start` as a terminal does, in its own process group. */
function run(args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Run {
  const child = spawn(process.execPath, [program, ...args], {
    detached: true,
    env: { ...process.env, ...ports, EMULATOR_DATA_DIR: join(folder, 'data'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let output = '';
  const listeners: (() => void)[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data) => {
      output += data;
      for (const listener of listeners) listener();
    });
  return {
    pid: child.pid ?? 0,
    output: () => output,
    ended: new Promise((resolve) => child.on('close', resolve)),
    waitFor: (text) =>
      new Promise((resolve, reject) => {
        const check = () => {
          if (output.includes(text)) resolve();
        };
        listeners.push(check);
        check();
        child.on('close', () => reject(new Error(output)));
      }),
  };
}

async function isAnswering(port: string | undefined): Promise<boolean> {
  try {
    await fetch(`http://127.0.0.1:${port}/`);
    return true;
  } catch {
    return false;
  }
}

const originalApi = (path: string) => `http://localhost:${ports.ORIGINAL_API_PORT}/api/${path}`;

describe('the command line', () => {
  test('--help prints the options on stdout and exits with code 0', async () => {
    const { ended, output } = run(['--help']);
    expect(await ended).toBe(0);
    expect(output()).toMatch(/^Usage: npm start /);
    expect(output()).toContain('--json-log');
  });

  test.each([
    { args: ['--frsh'], message: "Unknown option '--frsh'." },
    { args: ['--set', 'PATH=/tmp'], message: '--set needs NAME=VALUE' },
  ])('$args prints one line and the usage, and exits with code 2', async ({ args, message }) => {
    const { ended, output } = run(args);
    expect(await ended).toBe(2);
    expect(output().startsWith(message)).toBe(true);
    expect(output()).toMatch(/^[^\n]+\nUsage: npm start [^\n]+\n +npm run emulators [^\n]+\n$/);
  });
});

describe('the running chain', () => {
  test(
    'prints its addresses, and Ctrl-C leaves nothing running',
    async () => {
      const { pid, ended, output, waitFor } = run();
      await waitFor('Press Ctrl-C to stop.');
      expect(output()).toContain(`open         http://localhost:${ports.CLIENT_APP_PORT}`);
      expect(output()).toContain(`EMULATOR_PORT=${ports.EMULATOR_PORT}`);
      // A terminal sends Ctrl-C to the whole group, and npm forwards it once more.
      process.kill(-pid, 'SIGINT');
      process.kill(pid, 'SIGINT');
      expect(await ended).toBe(0);
      expect(isGroupAlive(pid)).toBe(false);
      for (const port of Object.values(ports)) expect(await isAnswering(port)).toBe(false);
    },
    startMilliseconds,
  );

  test(
    'a second start says where the first one runs, and the first keeps running',
    async () => {
      const first = run();
      await first.waitFor('Press Ctrl-C to stop.');
      const second = run();
      expect(await second.ended).toBe(1);
      expect(second.output()).toBe(
        `Already running: the Client App at http://localhost:${ports.CLIENT_APP_PORT} ` +
          `and the emulators at http://localhost:${ports.EMULATOR_PORT}.\n` +
          'Stop it with Ctrl-C in its terminal, ' +
          'or set EMULATOR_PORT and the other ports to free ones.\n',
      );
      const health = await fetch(originalApi('health'));
      expect(health.status).toBe(200);
    },
    startMilliseconds,
  );

  test(
    'prints one readable line per request',
    async () => {
      const { waitFor, output } = run();
      await waitFor('Press Ctrl-C to stop.');
      await fetch(originalApi('documents/secret-id'));
      await waitFor('documents/{id}');
      expect(output()).toMatch(
        /^original-api +GET +documents\/\{id\} +401 +\d+ ms {2}invalid_token \(credentials\)$/m,
      );
      expect(output()).not.toContain('secret-id');
    },
    startMilliseconds,
  );

  test(
    '--json-log prints the log lines as raw JSON',
    async () => {
      const { waitFor, output } = run(['--json-log']);
      await waitFor('Press Ctrl-C to stop.');
      await fetch(originalApi('documents'));
      await waitFor('"route":"documents"');
      const line = output()
        .split('\n')
        .find((text) => text.includes('"route":"documents"'));
      expect(JSON.parse(line ?? '')).toMatchObject({ api: 'original-api', status: 401 });
    },
    startMilliseconds,
  );
});

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s during the start leaves nothing running',
  async (signal) => {
    const { pid, ended, output, waitFor } = run();
    await waitFor('Starting the emulators');
    process.kill(-pid, signal);
    expect(await ended).toBe(0);
    expect(output()).not.toContain('Ready');
    expect(isGroupAlive(pid)).toBe(false);
  },
  startMilliseconds,
);

test(
  "an API that fails to start stops everything and prints the API's message",
  async () => {
    const { pid, ended, output } = run(['--set', 'ALLOWED_TENANT_IDS=nonsense']);
    expect(await ended).toBe(1);
    expect(output()).toMatch(/did not start: [\s\S]*ALLOWED_TENANT_IDS/);
    expect(isGroupAlive(pid)).toBe(false);
  },
  startMilliseconds,
);

describe('with func on the PATH', () => {
  test(
    'runs each API from its own script root, and Ctrl-C also ends func',
    async () => {
      const { pid, ended, output, waitFor } = run(['--json'], { PATH: pathWithFunc });
      await waitFor('{"ready":true');
      const funcs = [...output().matchAll(/^func start pid (\d+) host 2\.0 main (.*)$/gm)];
      expect(funcs.map(([, , main]) => main).sort()).toEqual([
        'dist/downstream-api/functions.js',
        'dist/original-api/functions.js',
      ]);
      expect(await isAnswering(ports.ORIGINAL_API_PORT)).toBe(true);
      expect(await isAnswering(ports.DOWNSTREAM_API_PORT)).toBe(true);
      process.kill(pid, 'SIGINT');
      expect(await ended).toBe(0);
      for (const [, funcPid] of funcs) expect(() => process.kill(Number(funcPid), 0)).toThrow();
    },
    startMilliseconds,
  );

  test(
    'a func that ends unexpectedly stops everything, and the message names it',
    async () => {
      const { ended, output, waitFor } = run(['--json'], { PATH: pathWithFunc });
      await waitFor('{"ready":true');
      const [, funcPid] = /^func start pid (\d+) /m.exec(output()) ?? [];
      process.kill(Number(funcPid), 'SIGKILL');
      expect(await ended).toBe(1);
      expect(output()).toMatch(/func for (original|downstream)-api ended \(SIGKILL\)/);
    },
    startMilliseconds,
  );
});

/** Runs a stack on the data folder that the starts of one test share. */
async function withStack<T>(
  args: readonly string[],
  use: (stack: Stack) => Promise<T>,
): Promise<T> {
  const stack = await startStack({ args, env: { EMULATOR_DATA_DIR: join(folder, 'kept') } });
  try {
    return await use(stack);
  } finally {
    await stack.stop();
  }
}

test('documents survive a restart, and --fresh deletes them', async () => {
  const authorization = async (stack: Stack) => `Bearer ${await stack.token('alice')}`;
  const create = async (stack: Stack) => {
    const response = await fetch(`${stack.urls.originalApi}/documents/kept`, {
      method: 'PUT',
      headers: {
        authorization: await authorization(stack),
        'content-type': 'application/json',
        'if-none-match': '*',
      },
      body: JSON.stringify({ title: 'Kept', text: 'Survives a restart.' }),
    });
    return response.status;
  };
  const read = async (stack: Stack) => {
    const headers = { authorization: await authorization(stack) };
    const response = await fetch(`${stack.urls.originalApi}/documents/kept`, { headers });
    return response.status;
  };
  expect(await withStack([], create)).toBe(201);
  expect(await withStack([], read)).toBe(200);
  expect(await withStack(['--fresh'], read)).toBe(404);
}, 90_000);

test(
  '--emulators-only starts no API',
  async () => {
    const { urls, token, stop } = await startStack({ args: ['--emulators-only'] });
    try {
      expect(await isAnswering(new URL(urls.originalApi).port)).toBe(false);
      expect(await isAnswering(new URL(urls.clientApp).port)).toBe(true);
      expect(await token('alice')).toMatch(/^ey/);
    } finally {
      await stop();
    }
  },
  startMilliseconds,
);

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { demandNoLeaks } from '../../tools/attack/leaks.ts';
import { type ControlClient, createControlClient } from './control-client.ts';
import { findFreePorts } from './free-ports.ts';

export interface StackOptions {
  /** Settings of both APIs, as `npm start -- --set NAME=VALUE` takes them. */
  readonly set?: Readonly<Record<string, string>>;
  /** Instead of local/tenant.json. */
  readonly directory?: object;
  /** More environment for `npm start` itself. */
  readonly env?: Readonly<Record<string, string>>;
  /** More of what `npm start --` takes, such as `--packaged`, which STACK_PACKAGED=1 adds to every stack. */
  readonly args?: readonly string[];
}

export interface Stack extends ControlClient {
  readonly urls: {
    readonly clientApp: string;
    readonly originalApi: string;
    readonly downstreamApi: string;
    readonly emulators: string;
    readonly tables: string;
  };
  readonly dataDir: string;
  readonly pids: readonly number[];
  /** Every line that the stack has written so far, the APIs' log lines included. */
  readonly output: () => readonly string[];
  /** Ctrl-C; resolves once nothing of the stack runs. */
  stop(): Promise<void>;
}

const program = fileURLToPath(new URL('../../local/start.ts', import.meta.url));
const portNames = [
  'EMULATOR_PORT',
  'ORIGINAL_API_PORT',
  'DOWNSTREAM_API_PORT',
  'CLIENT_APP_PORT',
  'TABLE_PORT',
];
const stopPatience = 30_000;

/** Runs `npm start` on free ports with an empty data folder of its own, as a child process. Rejects with its output when it does not get ready. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce(options);
    } catch (error) {
      if (attempt === 3 || !/is in use|Already running/.test(String(error))) throw error;
    }
  }
}

async function startOnce({
  set = {},
  directory,
  env = {},
  args: more = [],
}: StackOptions): Promise<Stack> {
  const folder = await mkdtemp(join(tmpdir(), 'stack-'));
  const dataDir = join(folder, 'data');
  const packaged = process.env.STACK_PACKAGED ? ['--packaged'] : [];
  const args = [
    ...more,
    ...packaged,
    ...Object.entries(set).flatMap(([name, value]) => ['--set', `${name}=${value}`]),
  ];
  if (directory) {
    await writeFile(join(folder, 'tenant.json'), JSON.stringify(directory));
    args.push('--directory', join(folder, 'tenant.json'));
  }
  const ports = await findFreePorts(portNames.length);
  const portSettings = Object.fromEntries(
    portNames.map((name, index) => [name, String(ports[index])]),
  );
  const child = spawn(process.execPath, [program, '--json', '--json-log', ...args], {
    // A process group of its own, so that nothing of it can be missed at the end; it stops by itself when this process goes away.
    detached: true,
    env: {
      ...process.env,
      NO_PROXY: 'localhost,127.0.0.1,::1',
      ...portSettings,
      EMULATOR_DATA_DIR: dataDir,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const lines: string[] = [];
  const stop = async () => {
    await end(child);
    await rm(folder, { recursive: true, force: true });
    // What it said when it was ready is for the test that started it, and names its data folder on purpose.
    demandNoLeaks(
      'The output of the stack',
      lines.filter((line) => !line.startsWith('{"ready":true')),
    );
  };
  try {
    const ready = await readReadyLine(child, lines);
    const { origin, token: controlToken } = JSON.parse(await readFile(ready.controlFile, 'utf8'));
    return {
      urls: ready.urls,
      dataDir: ready.dataDir,
      pids: ready.pids,
      output: () => [...lines],
      stop,
      ...createControlClient(origin, controlToken),
    };
  } catch (error) {
    await stop().catch(() => {});
    throw error;
  }
}

interface ReadyLine {
  readonly urls: Stack['urls'];
  readonly pids: readonly number[];
  readonly dataDir: string;
  readonly controlFile: string;
}

function readReadyLine(child: ChildProcess, lines: string[]): Promise<ReadyLine> {
  return new Promise((resolve, reject) => {
    const onLine = (line: string) => {
      lines.push(line);
      if (line.startsWith('{"ready":true')) resolve(JSON.parse(line));
    };
    for (const output of [child.stdout, child.stderr])
      if (output) createInterface({ input: output }).on('line', onLine);
    child.on('error', reject);
    child.on('close', () => reject(new Error(`The stack did not start:\n${lines.join('\n')}`)));
  });
}

/** Asks, waits, and then kills the whole group. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), stopPatience);
    await ended;
    clearTimeout(late);
  }
  if (child.pid !== undefined && isGroupAlive(child.pid)) process.kill(-child.pid, 'SIGKILL');
}

/** Whether any process of a group that was started with `detached` still runs. */
export function isGroupAlive(pid: number): boolean {
  try {
    return process.kill(-pid, 0);
  } catch {
    return false;
  }
}

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { assertNoLeaks } from '../../tools/attack/leaks.ts';
import { type ControlClient, createControlClient } from './control-client.ts';
import { findFreePorts } from './free-ports.ts';

/** The options of {@link startStack}. */
export interface StackOptions {
  /** Settings of both APIs, as `npm start -- --set NAME=VALUE` accepts them. */
  readonly set?: Readonly<Record<string, string>>;
  /** The directory of users and apps; the default is `local/tenant.json`. */
  readonly directory?: object;
  /** Additional environment variables for `npm start` itself. */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * Additional arguments for `npm start --`. `STACK_PACKAGED=1` adds `--packaged` to every stack.
   */
  readonly args?: readonly string[];
}

/** The whole product, started with `npm start`, and a client of its emulators. */
export interface Stack extends ControlClient {
  /** The addresses of the parts. */
  readonly urls: {
    /** The origin of the Client App. */
    readonly clientApp: string;
    /** The base URL of Original API. */
    readonly originalApi: string;
    /** The base URL of Downstream API. */
    readonly downstreamApi: string;
    /** The origin of Entra, Key Vault, managed identity and the control API. */
    readonly emulators: string;
    /** The URL of the table service. */
    readonly tables: string;
  };
  /** The data folder of this stack. */
  readonly dataDir: string;
  /** Process ids of the parts. */
  readonly pids: readonly number[];
  /** Returns every line that the stack has written, including the log lines of the APIs. */
  readonly output: () => readonly string[];
  /**
   * Stops the stack as Ctrl-C does. Resolves when all of its processes have ended.
   *
   * @throws {Error} when the output leaks a token, a key or an internal detail
   */
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
const readyLineStart = '{"ready":true';
/** Milliseconds after which a stack that does not stop is killed. */
const stopTimeout = 30_000;
/** Another process can take a port between the search and the start. */
const maxAttempts = 3;

/**
 * Runs `npm start` in a child process, on free ports and with a new data folder.
 *
 * @throws {Error} with the output of the stack when it does not become ready
 */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce(options);
    } catch (error) {
      if (attempt === maxAttempts || !/is in use|Already running/.test(String(error))) throw error;
    }
  }
}

async function startOnce(options: StackOptions): Promise<Stack> {
  const folder = await mkdtemp(join(tmpdir(), 'stack-'));
  const dataDir = join(folder, 'data');
  const child = spawn(
    process.execPath,
    [program, '--json', '--json-log', ...(await listArgs(options, folder))],
    {
      // With its own process group, every process of the stack can be killed at the end. The stack
      // stops by itself when this process ends.
      detached: true,
      env: {
        ...process.env,
        NO_PROXY: 'localhost,127.0.0.1,::1',
        ...(await choosePorts()),
        EMULATOR_DATA_DIR: dataDir,
        ...options.env,
      },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  );
  const lines: string[] = [];
  const stop = async () => {
    await end(child);
    await rm(folder, { recursive: true, force: true });
    // The ready line names the data folder on purpose.
    assertNoLeaks(
      'The output of the stack',
      lines.filter((line) => !line.startsWith(readyLineStart)),
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
    try {
      await stop();
    } catch {
      // An error of the cleanup would hide why the stack did not start.
    }
    throw error;
  }
}

async function listArgs(options: StackOptions, folder: string): Promise<readonly string[]> {
  const args = [...(options.args ?? [])];
  if (process.env.STACK_PACKAGED) args.push('--packaged');
  for (const [name, value] of Object.entries(options.set ?? {})) {
    args.push('--set', `${name}=${value}`);
  }
  if (options.directory) {
    const file = join(folder, 'tenant.json');
    await writeFile(file, JSON.stringify(options.directory));
    args.push('--directory', file);
  }
  return args;
}

async function choosePorts(): Promise<Readonly<Record<string, string>>> {
  const ports = await findFreePorts(portNames.length);
  return Object.fromEntries(portNames.map((name, index) => [name, String(ports[index])]));
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
      if (line.startsWith(readyLineStart)) resolve(JSON.parse(line));
    };
    for (const output of [child.stdout, child.stderr])
      if (output) createInterface({ input: output }).on('line', onLine);
    child.on('error', reject);
    child.on('close', () => reject(new Error(`The stack did not start:\n${lines.join('\n')}`)));
  });
}

/** Stops the child process, and kills its process group after the timeout. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeout);
    await ended;
    clearTimeout(timer);
  }
  if (child.pid !== undefined && isGroupAlive(child.pid)) process.kill(-child.pid, 'SIGKILL');
}

/** Returns whether a process of the group still runs. `pid` is a child started with `detached`. */
export function isGroupAlive(pid: number): boolean {
  try {
    return process.kill(-pid, 0);
  } catch {
    return false;
  }
}

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Recorded } from '../../local/recorder.ts';
import { findFreePorts } from './free-ports.ts';

export interface StackOptions {
  /** Settings of both APIs, as `npm start -- --set NAME=VALUE` takes them. */
  readonly set?: Readonly<Record<string, string>>;
  /** Instead of local/tenant.json. */
  readonly directory?: object;
  /** More environment for `npm start` itself. */
  readonly env?: Readonly<Record<string, string>>;
  /** More of what `npm start --` takes, such as `--stand-only`. */
  readonly args?: readonly string[];
}

/** What `POST /control/token` takes beside the user. */
export interface TokenOptions {
  readonly client?: string;
  readonly scope?: string;
  readonly tenant?: string;
  readonly app?: boolean | string;
  /** Members of the token to replace; `null` removes one. */
  readonly claims?: object;
  /** Without `cp1` in `xms_cc`. */
  readonly cp1?: false;
  /** The authentication context that the session has satisfied. */
  readonly acrs?: string;
  readonly mfa?: boolean;
}

export interface Stack {
  readonly urls: {
    readonly clientApp: string;
    readonly originalApi: string;
    readonly downstreamApi: string;
    readonly stand: string;
    readonly tables: string;
  };
  readonly dataDir: string;
  readonly pids: readonly number[];
  /** Every line that the stack has written so far, the APIs' log lines included. */
  readonly output: () => readonly string[];
  /** An access token from the stand, for Original unless `scope` says otherwise; `undefined` as user with `app` for app-only. */
  token(user: string | undefined, options?: TokenOptions): Promise<string>;
  /** What happened at the hops since a sequence number, oldest first. */
  records(since?: number): Promise<readonly Recorded[]>;
  clearRecords(): Promise<void>;
  policy(name: string, value: string, user?: string): Promise<void>;
  resetPolicies(): Promise<void>;
  /** The control API itself; throws for an answer that is not 2xx. */
  control(method: string, path: string, body?: object): Promise<unknown>;
  /** Ctrl-C; resolves once nothing of the stack runs. */
  stop(): Promise<void>;
}

const program = fileURLToPath(new URL('../../local/start.ts', import.meta.url));
const portNames = ['STAND_PORT', 'ORIGINAL_API_PORT', 'DOWNSTREAM_API_PORT', 'CLIENT_APP_PORT', 'TABLE_PORT'];
const stopPatience = 30_000;

/** Runs `npm start` on free ports with an empty data folder of its own, as a child process. Rejects with its output when it does not get ready. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce(options);
    } catch (error) {
      if (attempt === 3 || !/is in use/.test(String(error))) throw error;
    }
  }
}

async function startOnce({ set = {}, directory, env = {}, args: more = [] }: StackOptions): Promise<Stack> {
  const folder = await mkdtemp(join(tmpdir(), 'stack-'));
  const dataDir = join(folder, 'data');
  const args = [...more, ...Object.entries(set).flatMap(([name, value]) => ['--set', `${name}=${value}`])];
  if (directory) {
    await writeFile(join(folder, 'tenant.json'), JSON.stringify(directory));
    args.push('--directory', join(folder, 'tenant.json'));
  }
  const ports = await findFreePorts(portNames.length);
  const portSettings = Object.fromEntries(portNames.map((name, index) => [name, String(ports[index])]));
  const child = spawn(process.execPath, [program, '--json', ...args], {
    // A process group of its own, so that nothing of it can be missed at the end; it stops by itself when this process goes away.
    detached: true,
    env: { ...process.env, NO_PROXY: 'localhost,127.0.0.1,::1', ...portSettings, STAND_DATA_DIR: dataDir, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const lines: string[] = [];
  const stop = async () => {
    await end(child);
    await rm(folder, { recursive: true, force: true });
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
      ...controlClient(origin, controlToken),
    };
  } catch (error) {
    await stop();
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
    for (const output of [child.stdout, child.stderr]) if (output) createInterface({ input: output }).on('line', onLine);
    child.on('error', reject);
    child.on('close', () => reject(new Error(`The stack did not start:\n${lines.join('\n')}`)));
  });
}

function controlClient(
  origin: string,
  token: string,
): Pick<Stack, 'token' | 'records' | 'clearRecords' | 'policy' | 'resetPolicies' | 'control'> {
  async function control(method: string, path: string, body?: object): Promise<unknown> {
    const headers = { 'x-control-token': token, ...(body && { 'content-type': 'application/json' }) };
    const response = await fetch(`${origin}/control/${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} /control/${path} answered ${response.status}: ${text}`);
    return text ? JSON.parse(text) : undefined;
  }
  return {
    control,
    token: async (user, options = {}) =>
      ((await control('POST', 'token', { ...(user !== undefined && { user }), ...options })) as { access_token: string }).access_token,
    records: async (since = 0) => ((await control('GET', `records?since=${since}`)) as { records: Recorded[] }).records,
    clearRecords: async () => void (await control('DELETE', 'records')),
    policy: async (name, value, user) => void (await control('PUT', 'policies', { name, value, ...(user !== undefined && { user }) })),
    resetPolicies: async () => void (await control('DELETE', 'policies')),
  };
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

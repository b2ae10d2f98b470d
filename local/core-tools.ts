import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Api, artefactFolder } from '../tools/packaging/apis.ts';
import type { Environment } from './api-settings.ts';
import type { Closable } from './teardown.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const startMilliseconds = 90_000;
const stopMilliseconds = 10_000;
const healthCheckMilliseconds = 200;

/** Finds the path of `func` (Azure Functions Core Tools) in a PATH. */
export function findFunc(path: string | undefined): string | undefined {
  const names = process.platform === 'win32' ? ['func.exe', 'func.cmd'] : ['func'];
  const folders = (path ?? '').split(delimiter).filter((folder) => folder !== '');
  const candidates = folders.flatMap((folder) => names.map((name) => join(folder, name)));
  return candidates.find(isExecutableFile);
}

/** The options of {@link startCoreTools}. */
export interface CoreToolsOptions {
  /** The path of `func`. */
  readonly func: string;
  /** The API to run. */
  readonly api: Api;
  /** Whether to run the deployable bundle instead of the output of tsc. */
  readonly packaged: boolean;
  /** The port on which `func` listens. */
  readonly port: number;
  /** The whole environment of `func`. */
  readonly env: Environment;
  /** Receives each line that `func` prints. */
  readonly log: (line: string) => void;
  /** Called once if `func` ends after it was ready and before it was closed. */
  readonly onExit: (cause: Error) => void;
}

/**
 * Runs one built API with `func start`, and waits until its health route responds. The API gets its
 * own script root: host.json, a package.json that names one entry file, and a copy of the code.
 * Closing it ends func and all processes that func has started.
 */
export async function startCoreTools(options: CoreToolsOptions): Promise<Closable> {
  const { func, api, port, env, log, onExit } = options;
  const scriptRoot = await createScriptRoot(options);
  const child = spawn(func, ['start', '--port', String(port), '--script-root', scriptRoot], {
    cwd: scriptRoot,
    env: { ...env, FUNCTIONS_CORE_TOOLS_TELEMETRY_OPTOUT: '1' },
    // func starts the host, and the host starts the worker. As leader of a process group, func
    // can be signalled together with all of them.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const output of [child.stdout, child.stderr])
    createInterface({ input: output }).on('line', log);
  process.once('exit', () => signalGroup(child.pid, 'SIGKILL'));

  let state: 'starting' | 'running' | 'closing' = 'starting';
  const ended = new Promise<Error>((resolve) => {
    child.on('error', resolve);
    child.on('exit', (code, signal) => {
      const cause = new Error(`func for ${api} ended (${signal ?? code}).`);
      if (state === 'running') onExit(cause);
      resolve(cause);
    });
  });

  async function close(): Promise<void> {
    state = 'closing';
    signalGroup(child.pid, 'SIGINT');
    const timer = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), stopMilliseconds);
    await ended;
    clearTimeout(timer);
    // func may have ended before the processes that it started.
    signalGroup(child.pid, 'SIGKILL');
  }

  const failure = await Promise.race([ended, waitForHealth(api, port)]);
  if (failure) {
    await close();
    throw failure;
  }
  state = 'running';
  return { close };
}

async function createScriptRoot({ api, packaged, port }: CoreToolsOptions): Promise<string> {
  const folder = join(root, '.local', `func-${port}`, api);
  await rm(folder, { recursive: true, force: true });
  if (packaged) {
    await cp(artefactFolder(api), folder, { recursive: true });
    return folder;
  }
  await mkdir(folder, { recursive: true });
  await cp(join(root, 'host.json'), join(folder, 'host.json'));
  for (const source of [api, 'shared'])
    await cp(join(root, 'dist', source), join(folder, 'dist', source), { recursive: true });
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ type: 'module', main: `dist/${api}/functions.js` }),
  );
  return folder;
}

/** Resolves with `undefined` when the health route responds, or with an error after a timeout. */
async function waitForHealth(api: Api, port: number): Promise<Error | undefined> {
  const path = api === 'downstream-api' ? 'downstream/health' : 'health';
  const deadline = Date.now() + startMilliseconds;
  while (Date.now() < deadline) {
    if (await isHealthy(`http://127.0.0.1:${port}/api/${path}`)) return undefined;
    await sleep(healthCheckMilliseconds);
  }
  return new Error(`func for ${api} was not ready within ${startMilliseconds / 1_000} s.`);
}

async function isHealthy(url: string): Promise<boolean> {
  try {
    const response = await fetch(url);
    return response.ok;
  } catch {
    return false;
  }
}

function isExecutableFile(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // No process of the group is left.
  }
}

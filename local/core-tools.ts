import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Api, artefactOf } from '../tools/packaging/package-api.ts';
import type { Part } from './parts.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const startDeadline = 90_000;
const stopPatience = 10_000;

/** Where `func` (Azure Functions Core Tools) is on a PATH, if it is. */
export function findFunc(path: string | undefined): string | undefined {
  const names = process.platform === 'win32' ? ['func.exe', 'func.cmd'] : ['func'];
  const candidates = (path ?? '')
    .split(delimiter)
    .flatMap((folder) => (folder ? names.map((name) => join(folder, name)) : []));
  return candidates.find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return statSync(file).isFile();
    } catch {
      return false;
    }
  });
}

export interface CoreToolsOptions {
  readonly func: string;
  readonly api: Api;
  /** Whether it runs what is deployed, instead of tsc's output. */
  readonly packaged: boolean;
  readonly port: number;
  readonly env: Readonly<Record<string, string>>;
  readonly log: (line: string) => void;
  /** Called once if `func` ends by itself later. */
  readonly onExit: (cause: Error) => void;
}

/**
 * Runs one built API by `func start` from a script root of its own (host.json, a package.json with a concrete main, a copy of the code),
 * and waits until its health route answers. Closing ends func and everything it started.
 */
export async function startCoreTools({
  func,
  api,
  packaged,
  port,
  env,
  log,
  onExit,
}: CoreToolsOptions): Promise<Part> {
  const folder = await layOutScriptRoot(api, packaged, port);
  const child = spawn(func, ['start', '--port', String(port), '--script-root', folder], {
    cwd: folder,
    env: { ...env, FUNCTIONS_CORE_TOOLS_TELEMETRY_OPTOUT: '1' },
    // A process group of its own: func starts the host, which starts the worker, and a signal must reach all of them.
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
  const close = async () => {
    state = 'closing';
    signalGroup(child.pid, 'SIGINT');
    const late = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), stopPatience);
    await ended;
    clearTimeout(late);
    signalGroup(child.pid, 'SIGKILL');
  };
  const outcome = await Promise.race([ended, waitForHealth(api, port)]);
  if (outcome instanceof Error) {
    await close();
    throw outcome;
  }
  state = 'running';
  return { close };
}

async function layOutScriptRoot(api: Api, packaged: boolean, port: number): Promise<string> {
  const folder = join(root, '.local', `func-${port}`, api);
  await rm(folder, { recursive: true, force: true });
  if (packaged) {
    await cp(artefactOf(api), folder, { recursive: true });
    return folder;
  }
  await mkdir(folder, { recursive: true });
  await cp(join(root, 'host.json'), join(folder, 'host.json'));
  for (const part of [api, 'shared'])
    await cp(join(root, 'dist', part), join(folder, 'dist', part), { recursive: true });
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ type: 'module', main: `dist/${api}/functions.js` }),
  );
  return folder;
}

async function waitForHealth(api: string, port: number): Promise<Error | undefined> {
  const url = `http://127.0.0.1:${port}/api/${api === 'downstream-api' ? 'downstream/' : ''}health`;
  const deadline = Date.now() + startDeadline;
  while (Date.now() < deadline) {
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return undefined;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return new Error(`func for ${api} was not ready within ${startDeadline / 1_000} s.`);
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // Nothing of the group is left.
  }
}

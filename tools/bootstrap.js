/**
 * Runs a TypeScript file of this repository on any Node that npm supports:
 * `node tools/bootstrap.js FILE ARGS…`
 *
 * - Installs the packages of package-lock.json if they are missing.
 * - Downloads Node 24 from npm if the installed Node is too old.
 * - Excludes the loopback interface from proxies.
 *
 * If nothing is missing, the file runs in this process. All messages go to stderr. This module is
 * plain JavaScript, because an old Node must be able to run it.
 */
import { spawn } from 'node:child_process';
import { accessSync, constants, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isNewEnough, minimumNode } from './minimum-node.js';
import { withNpmLock } from './npm-lock.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const isWindows = process.platform === 'win32';
const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const loopbackHosts = ['localhost', '127.0.0.1', '::1'];
/** Contains the path of the downloaded Node, so that only the first start runs npm. */
const downloadedNodeFile = join(root, '.local', 'downloaded-node');
const parentCheckMilliseconds = 500;
const progressMilliseconds = 10_000;
/** The exit code of a process that Ctrl-C has ended. */
const interruptedExitCode = 130;
/** A shell reports a program that was killed by signal N as exit code 128 + N. */
const firstSignalExitCode = 128;

/**
 * Stops this process when npm's shell has ended. npm sends SIGTERM only to that shell, which ends
 * without forwarding it.
 */
function stopWithParent() {
  if (!process.env.npm_lifecycle_event) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, parentCheckMilliseconds);
  timer.unref();
}

/** Adds the loopback hosts to NO_PROXY and keeps the hosts that are already in it. */
function exemptLoopback() {
  for (const name of ['NO_PROXY', 'no_proxy']) {
    const hosts = (process.env[name] ?? '').split(',').map((host) => host.trim());
    process.env[name] = [...new Set([...hosts.filter(Boolean), ...loopbackHosts])].join(',');
  }
}

/**
 * Runs a program until it ends, and forwards signals to it.
 * @returns the exit code, the signal and, if stdout is a pipe, the output
 */
function run(program, args, { env = process.env, stdio, shell = false }) {
  return new Promise((fulfil, reject) => {
    const child = spawn(program, args, { cwd: root, env, stdio, shell });
    const listeners = stopSignals.map((name) => ({ name, listener: () => child.kill(name) }));
    for (const { name, listener } of listeners) process.on(name, listener);
    let output = '';
    child.stdout?.on('data', (data) => {
      output += data;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      for (const { name, listener } of listeners) process.off(name, listener);
      fulfil({ code, signal, output });
    });
  });
}

/** Runs npm. Its output goes to stderr unless it is captured. */
function npm(args, { env = process.env, capture = false } = {}) {
  // `npm run -s` would silence this npm too.
  const allArgs = ['--loglevel=warn', ...args];
  return run('npm', allArgs, { env, stdio: ['ignore', capture ? 'pipe' : 2, 2], shell: isWindows });
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function readIfPresent(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** The path of a Node that is new enough. */
async function findNode() {
  if (isNewEnough(process.versions.node)) return process.execPath;
  return downloadedNode() ?? withNpmLock(async () => downloadedNode() ?? downloadNode());
}

function downloadedNode() {
  const path = readIfPresent(downloadedNodeFile)?.trim();
  return path && isExecutable(path) ? path : undefined;
}

async function downloadNode() {
  const name = `node-${isWindows ? 'win' : process.platform}-${process.arch}`;
  console.error(
    `Node ${minimumNode} or newer is required, but this is Node ${process.versions.node}. ` +
      `Downloading Node 24 from the npm package ${name} (once, about 50 MB) …`,
  );
  const { code, output } = await npm(
    ['exec', '--yes', `--package=${name}@24`, '--call', 'node -p process.execPath'],
    { capture: true },
  );
  const path = output.trim().split('\n').at(-1)?.trim() ?? '';
  if (code !== 0 || !isExecutable(path)) {
    throw new Error(
      `npm could not download ${name}@24 (see above). ` +
        'Go online and try again, or install Node 24 yourself.',
    );
  }
  writeFileSync(downloadedNodeFile, path);
  return path;
}

/**
 * Whether node_modules contains every package of the lock in its version. npm writes its hidden
 * lock file last, so an interrupted install has none.
 */
function isInstalled() {
  const lock = readIfPresent(join(root, 'package-lock.json'));
  const hiddenLock = readIfPresent(join(root, 'node_modules', '.package-lock.json'));
  if (!lock || !hiddenLock) return false;
  const installed = JSON.parse(hiddenLock).packages;
  return Object.entries(JSON.parse(lock).packages).every(([path, wanted]) => {
    if (path === '') return true;
    const found = installed[path];
    if (!found) return wanted.optional === true;
    return found.version === wanted.version && found.integrity === wanted.integrity;
  });
}

async function install(env) {
  console.error('Installing the packages of package-lock.json (once, for a minute or two) …');
  const startedAt = Date.now();
  const seconds = () => Math.round((Date.now() - startedAt) / 1000);
  const progress = setInterval(() => console.error(`… ${seconds()} s`), progressMilliseconds);
  let result;
  try {
    result = await npm(['ci', '--no-audit', '--no-fund'], { env });
  } finally {
    clearInterval(progress);
  }
  const { code, signal } = result;
  if (signal || code === null || code > firstSignalExitCode) process.exit(interruptedExitCode);
  if (code !== 0)
    throw new Error(
      'npm ci failed (see above). ' +
        'The first start needs access to the npm registry. Later starts work offline.',
    );
  console.error(`Installed in ${seconds()} s.`);
}

/**
 * Installs what is missing, and runs the program if it needs another process.
 * @returns the path of the program if this process must run it
 */
async function prepare(file, args) {
  exemptLoopback();
  stopWithParent();
  const node = await findNode();
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}` };
  if (!isInstalled()) await withNpmLock(async () => isInstalled() || install(env));
  const program = resolve(root, file);
  // With NODE_USE_ENV_PROXY, Node reads NO_PROXY once at start, so only a new process sees it.
  if (node === process.execPath && !process.env.NODE_USE_ENV_PROXY) return program;
  const { code, signal } = await run(node, [program, ...args], {
    env,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  if (signal) process.kill(process.pid, signal);
  process.exitCode = code ?? 1;
  return undefined;
}

const [file = '', ...args] = process.argv.slice(2);
let program;
try {
  program = await prepare(file, args);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
if (program) {
  process.argv.splice(1, process.argv.length, program, ...args);
  await import(pathToFileURL(program).href);
}

/**
 * Runs a TypeScript file of this repository on whatever Node (18 or newer) the machine has: `node tools/bootstrap.js FILE ARGS…`
 * Installs the packages of package-lock.json where they are missing, borrows Node 24 from npm where the machine's own is too old, and keeps
 * proxies away from the loopback interface. On a good machine the file runs in this very process. Everything it says goes to stderr.
 */
import { spawn } from 'node:child_process';
import { accessSync, constants, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const windows = process.platform === 'win32';
const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
/** Where the path of a borrowed Node is remembered, so that only the first start asks npm. */
const borrowed = join(root, '.local', 'borrowed-node');
/** Holds the id of the process that is asking npm for something. */
const asking = join(root, '.local', 'asking-npm');

function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 18);
}

/** npm passes SIGTERM to its shell alone, which dies without a word: under npm, a new parent means that it is time to stop. */
function followParent() {
  const parent = process.ppid;
  if (!process.env.npm_lifecycle_event) return;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, 500).unref();
}

/** Each name and address of the loopback interface, beside what is there already. */
function exemptLoopback() {
  for (const name of ['NO_PROXY', 'no_proxy']) {
    const known = (process.env[name] ?? '')
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean);
    process.env[name] = [...new Set([...known, 'localhost', '127.0.0.1', '::1'])].join(',');
  }
}

/** Runs a program to its end, passing signals on to it; gives its exit code, its signal and, where asked for, what it printed. */
function run(
  program,
  args,
  {
    env = process.env,
    capture = false,
    stdio = ['ignore', capture ? 'pipe' : 2, 2],
    shell = false,
  } = {},
) {
  return new Promise((settle, fail) => {
    const child = spawn(program, args, { cwd: root, env, stdio, shell });
    const passOn = stopSignals.map((signal) => [signal, () => child.kill(signal)]);
    for (const [signal, pass] of passOn) process.on(signal, pass);
    let output = '';
    child.stdout?.on('data', (data) => {
      output += data;
    });
    child.on('error', fail);
    child.on('close', (code, signal) => {
      for (const [name, pass] of passOn) process.off(name, pass);
      settle({ code, signal, output });
    });
  });
}

/** npm run with a given Node in front of the PATH; loglevel is set because `npm run -s` would silence it. */
function npm(args, env, capture) {
  return run('npm', ['--loglevel=warn', ...args], { env, capture, shell: windows });
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

async function findNode() {
  if (isNewEnough(process.versions.node)) return process.execPath;
  return knownNode() ?? alone(async () => knownNode() ?? borrowNode());
}

function knownNode() {
  const known = read(borrowed)?.trim();
  return known && isExecutable(known) ? known : undefined;
}

async function borrowNode() {
  const name = `node-${windows ? 'win' : process.platform}-${process.arch}`;
  console.error(
    `This machine's Node is ${process.versions.node}; borrowing Node 24 from the npm package ${name} (once, about 50 MB) …`,
  );
  const { code, output } = await npm(
    ['exec', '--yes', `--package=${name}@24`, '--call', 'node -p process.execPath'],
    process.env,
    true,
  );
  const found = output.trim().split('\n').at(-1)?.trim() ?? '';
  if (code !== 0 || !isExecutable(found)) {
    throw new Error(
      `npm could not fetch ${name}@24 (see above). Go online and try again, or install Node 24 by other means.`,
    );
  }
  writeFileSync(borrowed, found);
  return found;
}

/** Whether node_modules holds every package of the lock in its version; npm writes its own list last, so an interrupted install has none. */
function isInstalled() {
  const lock = read(join(root, 'package-lock.json'));
  const hidden = read(join(root, 'node_modules', '.package-lock.json'));
  if (!lock || !hidden) return false;
  const installed = JSON.parse(hidden).packages;
  return Object.entries(JSON.parse(lock).packages).every(([path, wanted]) => {
    if (path === '' || (wanted.optional && !installed[path])) return true;
    return (
      installed[path]?.version === wanted.version && installed[path]?.integrity === wanted.integrity
    );
  });
}

async function install(env) {
  console.error('Installing the packages of package-lock.json (once; a minute or two) …');
  const begun = Date.now();
  const tick = setInterval(
    () => console.error(`… ${Math.round((Date.now() - begun) / 1000)} s`),
    10_000,
  );
  const { code, signal } = await npm(['ci', '--no-audit', '--no-fund'], env, false).finally(() =>
    clearInterval(tick),
  );
  if (signal || code === null || code > 128) process.exit(130);
  if (code !== 0)
    throw new Error(
      'npm ci failed (see above). The first start needs npm to reach its registry; later ones work offline.',
    );
  console.error(`Installed in ${Math.round((Date.now() - begun) / 1000)} s.`);
}

function isRunning(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function takeTurn() {
  try {
    writeFileSync(asking, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    const holder = Number(read(asking));
    // Whoever held it was killed. An empty file is one that is being written.
    if (holder === process.pid || (holder > 0 && !isRunning(holder)))
      rmSync(asking, { force: true });
    return false;
  }
}

/** One process at a time: azd packages both APIs at once, and two npm runs in one folder harm each other. */
async function alone(act) {
  mkdirSync(dirname(asking), { recursive: true });
  const patience = setTimeout(
    () =>
      console.error(
        `Waiting for process ${read(asking)} to be done with npm (it says so in ${asking}) …`,
      ),
    1_000,
  );
  while (!takeTurn()) await new Promise((settle) => setTimeout(settle, 200));
  clearTimeout(patience);
  const yieldTurn = () => rmSync(asking, { force: true });
  process.once('exit', yieldTurn);
  try {
    return await act();
  } finally {
    yieldTurn();
    process.off('exit', yieldTurn);
  }
}

/** Makes the machine ready; gives the program where this process is to run it, and has run it in another Node where not. */
async function prepare(file, args) {
  exemptLoopback();
  followParent();
  const node = await findNode();
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}` };
  if (!isInstalled()) await alone(async () => isInstalled() || install(env));
  const program = resolve(root, file);
  // A Node that proxies by environment has read NO_PROXY already, so only a new process sees the exemptions.
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
const program = await prepare(file, args).catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
if (program) {
  process.argv.splice(1, process.argv.length, program, ...args);
  await import(pathToFileURL(program).href);
}

import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

const tools = fileURLToPath(new URL('../../tools/', import.meta.url));
const lock = JSON.stringify({
  packages: {
    '': {},
    'node_modules/a': { version: '1.0.0', integrity: 'x' },
    'node_modules/b': { version: '2.0.0', optional: true },
  },
});
const installed = JSON.stringify({
  packages: { 'node_modules/a': { version: '1.0.0', integrity: 'x' } },
});
const currentNode: readonly string[] = [];
/** Node options that make a process report the version of an old Node. */
const oldNode = [
  '--import',
  'data:text/javascript,Object.defineProperty(process,"versions",' +
    '{value:{...process.versions,node:"20.20.2"}})',
];

/** A fake npm that logs its arguments, offers a Node, and installs what the lock names. */
const fakeNpm = `#!${process.execPath}
const { appendFileSync, mkdirSync, writeFileSync } = require('node:fs');
appendFileSync('npm-calls', process.argv.slice(2).join(' ') + '\\n');
if (process.env.NPM_FAILS) process.exit(1);
if (process.argv.includes('exec')) console.log(process.env.DOWNLOADED_NODE);
if (process.argv.includes('ci')) {
  mkdirSync('node_modules', { recursive: true });
  writeFileSync('node_modules/.package-lock.json', ${JSON.stringify(installed)});
}
`;

const program = `
const report: object = {
  arguments: process.argv.slice(2),
  noProxy: process.env.NO_PROXY,
  path: process.env.PATH?.split(':')[0],
  pid: process.pid,
};
if (process.argv[2] === 'wait') {
  process.on('SIGTERM', () => process.exit(7));
  setInterval(() => {}, 1000);
}
console.log(JSON.stringify(report));
if (process.argv[2] === 'die') process.kill(process.pid, 'SIGKILL');
process.exitCode = 3;
`;

let root: string;

beforeEach(() => {
  root = join(mkdtempSync(join(tmpdir(), 'bootstrap-')), 'a path with spaces');
  mkdirSync(join(root, 'tools'), { recursive: true });
  mkdirSync(join(root, 'bin'));
  for (const name of ['bootstrap.js', 'minimum-node.js', 'npm-lock.js'])
    cpSync(join(tools, name), join(root, 'tools', name));
  writeFileSync(join(root, 'package.json'), '{"type":"module","engines":{"node":">=22.18"}}');
  writeFileSync(join(root, 'bin', 'package.json'), '{"type":"commonjs"}');
  writeFileSync(join(root, 'package-lock.json'), lock);
  writeFileSync(join(root, 'program.ts'), program);
  writeFileSync(join(root, 'bin', 'npm'), fakeNpm, { mode: 0o755 });
  mkdirSync(join(root, 'downloaded'));
  symlinkSync(process.execPath, join(root, 'downloaded', 'node'));
});

afterEach(() => rmSync(dirname(root), { recursive: true }));

function spawnBootstrap(
  nodeOptions: readonly string[],
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
) {
  const command = [...nodeOptions, join(root, 'tools', 'bootstrap.js'), 'program.ts', ...args];
  return spawn(process.execPath, command, {
    env: {
      PATH: `${join(root, 'bin')}:/usr/bin:/bin`,
      DOWNLOADED_NODE: join(root, 'downloaded', 'node'),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function run(
  nodeOptions: readonly string[],
  args: readonly string[],
  env?: Readonly<Record<string, string>>,
) {
  const child = spawnBootstrap(nodeOptions, args, env);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data) => {
    stdout += data;
  });
  child.stderr.on('data', (data) => {
    stderr += data;
  });
  const end = await new Promise<{ code: number | null; signal: string | null }>((resolve) =>
    child.on('close', (code, signal) => resolve({ code, signal })),
  );
  return {
    ...end,
    stdout,
    stderr,
    pid: child.pid,
    report: stdout === '' ? undefined : JSON.parse(stdout),
  };
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function npmCalls(): readonly string[] {
  const file = join(root, 'npm-calls');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
}

function writeHiddenLock(content: string): void {
  mkdirSync(join(root, 'node_modules'));
  writeFileSync(join(root, 'node_modules', '.package-lock.json'), content);
}

test('on a new Node with all packages it runs the file in its own process', async () => {
  writeHiddenLock(installed);
  const { code, report, stderr, pid } = await run(currentNode, ['one', 'two three'], {
    NO_PROXY: 'corp.example',
  });
  expect(code).toBe(3);
  expect(stderr).toBe('');
  expect(npmCalls()).toEqual([]);
  expect(report.arguments).toEqual(['one', 'two three']);
  expect(report.noProxy).toBe('corp.example,localhost,127.0.0.1,::1');
  expect(report.pid).toBe(pid);
});

test.each([
  { state: 'absent', hiddenLock: undefined },
  { state: 'of another version', hiddenLock: installed.replace('1.0.0', '0.9.0') },
  { state: 'of other content', hiddenLock: installed.replace('"x"', '"y"') },
  { state: 'incomplete', hiddenLock: '{"packages":{}}' },
])('installs packages that are $state and reports it on stderr', async ({ hiddenLock }) => {
  if (hiddenLock !== undefined) writeHiddenLock(hiddenLock);
  const { code, stderr, report } = await run(currentNode, []);
  expect(code).toBe(3);
  expect(report.arguments).toEqual([]);
  expect(stderr).toMatch(/^Installing the packages/);
  expect(npmCalls()).toEqual(['--loglevel=warn ci --no-audit --no-fund']);
});

test('on an old Node it downloads a new one and puts that first on the PATH', async () => {
  const { code, stderr, report } = await run(oldNode, ['one']);
  expect(stderr).toMatch(/^Node 22\.18 or newer is required, but this is Node 20\.20\.2\. /);
  expect(code).toBe(3);
  expect(report.arguments).toEqual(['one']);
  expect(report.path).toBe(join(root, 'downloaded'));
  expect(npmCalls()[0]).toMatch(
    /^--loglevel=warn exec --yes --package=node-\w+-\w+@24 --call node -p process\.execPath$/,
  );
});

test('an old Node asks npm only at the first start', async () => {
  await run(oldNode, []);
  const callsOfFirstStart = npmCalls();
  const second = await run(oldNode, []);
  expect(second.code).toBe(3);
  expect(second.stderr).toBe('');
  expect(npmCalls()).toEqual(callsOfFirstStart);
});

test.each([
  { node: 'an old Node', nodeOptions: oldNode, expectedCalls: 2 },
  { node: 'a new Node', nodeOptions: currentNode, expectedCalls: 1 },
])('five concurrent starts on $node share each call of npm', async (row) => {
  const runs = await Promise.all(Array.from({ length: 5 }, () => run(row.nodeOptions, [])));
  expect(runs.map(({ code }) => code)).toEqual([3, 3, 3, 3, 3]);
  expect(npmCalls()).toHaveLength(row.expectedCalls);
});

test('ignores the lock of a process that was killed', async () => {
  const killed = spawn(process.execPath, ['--version']);
  await new Promise((resolve) => killed.on('exit', resolve));
  const lockFile = join(root, '.local', 'npm.lock');
  mkdirSync(dirname(lockFile));
  writeFileSync(lockFile, String(killed.pid));
  const { code } = await run(currentNode, []);
  expect(code).toBe(3);
  expect(existsSync(lockFile)).toBe(false);
});

test.each([
  { fails: 'download Node', nodeOptions: oldNode, advice: 'Go online and try again' },
  { fails: 'install the packages', nodeOptions: currentNode, advice: 'npm ci failed' },
])('says what to do and runs nothing if npm cannot $fails', async ({ nodeOptions, advice }) => {
  const { code, stdout, stderr } = await run(nodeOptions, [], { NPM_FAILS: '1' });
  expect(code).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).toContain(advice);
});

test.each([
  { node: 'a downloaded Node', nodeOptions: oldNode },
  { node: 'its own Node', nodeOptions: currentNode },
])('passes a signal to the program on $node and exits with its code', async ({ nodeOptions }) => {
  const child = spawnBootstrap(nodeOptions, ['wait']);
  const report = await new Promise<{ pid: number }>((resolve) =>
    child.stdout.once('data', (data) => resolve(JSON.parse(data))),
  );
  const ended = new Promise((resolve) => child.on('exit', resolve));
  child.kill('SIGTERM');
  expect(await ended).toBe(7);
  expect(isRunning(report.pid)).toBe(false);
});

test("stops the program when npm's shell is killed", async () => {
  const command = `"${process.execPath}" tools/bootstrap.js program.ts wait; true`;
  const shell = spawn('/bin/sh', ['-c', command], {
    cwd: root,
    env: { PATH: `${join(root, 'bin')}:/usr/bin:/bin`, npm_lifecycle_event: 'start' },
  });
  const { pid } = await new Promise<{ pid: number }>((resolve) =>
    shell.stdout.once('data', (data) => resolve(JSON.parse(data))),
  );
  shell.kill('SIGKILL');
  while (isRunning(pid)) await new Promise((resolve) => setTimeout(resolve, 50));
});

test('ends by the same signal as the program', async () => {
  const { code, signal } = await run(oldNode, ['die']);
  expect(code).toBeNull();
  expect(signal).toBe('SIGKILL');
});

test('with NODE_USE_ENV_PROXY the program starts in a process that knows NO_PROXY', async () => {
  const { report, pid } = await run(currentNode, [], {
    NODE_USE_ENV_PROXY: '1',
    HTTP_PROXY: 'http://127.0.0.1:9',
  });
  expect(report.noProxy).toBe('localhost,127.0.0.1,::1');
  expect(report.pid).not.toBe(pid);
});

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

const bootstrap = fileURLToPath(new URL('../../tools/bootstrap.js', import.meta.url));
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
/** Makes a process believe that it is the Node of an older machine. */
const asNode20 = [
  '--import',
  'data:text/javascript,Object.defineProperty(process,"versions",{value:{...process.versions,node:"20.20.2"}})',
];

/** Stands in for npm on the PATH: notes what it was asked, has a Node to lend, and installs what the lock names. */
const npm = `#!${process.execPath}
const { appendFileSync, mkdirSync, writeFileSync } = require('node:fs');
appendFileSync('npm-calls', process.argv.slice(2).join(' ') + '\\n');
if (process.env.NPM_FAILS) process.exit(1);
if (process.argv.includes('exec')) console.log(process.env.BORROWED);
if (process.argv.includes('ci')) {
  mkdirSync('node_modules', { recursive: true });
  writeFileSync('node_modules/.package-lock.json', ${JSON.stringify(installed)});
}
`;

const program = `
const shown: object = { arguments: process.argv.slice(2), noProxy: process.env.NO_PROXY, path: process.env.PATH?.split(':')[0], pid: process.pid };
console.log(JSON.stringify(shown));
if (process.argv[2] === 'wait') process.on('SIGTERM', () => process.exit(7));
if (process.argv[2] === 'wait') setInterval(() => {}, 1000);
else if (process.argv[2] === 'die') process.kill(process.pid, 'SIGKILL');
else process.exitCode = 3;
`;

let root: string;
beforeEach(() => {
  root = join(mkdtempSync(join(tmpdir(), 'bootstrap-')), 'a path with spaces');
  mkdirSync(join(root, 'tools'), { recursive: true });
  mkdirSync(join(root, 'bin'));
  cpSync(bootstrap, join(root, 'tools', 'bootstrap.js'));
  writeFileSync(join(root, 'package.json'), '{"type":"module"}');
  writeFileSync(join(root, 'bin', 'package.json'), '{"type":"commonjs"}');
  writeFileSync(join(root, 'package-lock.json'), lock);
  writeFileSync(join(root, 'program.ts'), program);
  writeFileSync(join(root, 'bin', 'npm'), npm, { mode: 0o755 });
  mkdirSync(join(root, 'borrowed'));
  symlinkSync(process.execPath, join(root, 'borrowed', 'node'));
});
afterEach(() => rmSync(dirname(root), { recursive: true }));

const spawnBootstrap = (nodeOptions: string[], args: string[], env: Record<string, string> = {}) =>
  spawn(
    process.execPath,
    [...nodeOptions, join(root, 'tools', 'bootstrap.js'), 'program.ts', ...args],
    {
      env: {
        PATH: `${join(root, 'bin')}:/usr/bin:/bin`,
        BORROWED: join(root, 'borrowed', 'node'),
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );

async function run(nodeOptions: string[], args: string[], env?: Record<string, string>) {
  const child = spawnBootstrap(nodeOptions, args, env);
  let out = '';
  let err = '';
  child.stdout.on('data', (data) => {
    out += data;
  });
  child.stderr.on('data', (data) => {
    err += data;
  });
  const { code, signal } = await new Promise<{ code: number | null; signal: string | null }>(
    (resolve) => child.on('close', (code, signal) => resolve({ code, signal })),
  );
  return { code, signal, out, err, pid: child.pid, shown: out ? JSON.parse(out) : undefined };
}
const isRunning = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
const npmCalls = () =>
  existsSync(join(root, 'npm-calls'))
    ? readFileSync(join(root, 'npm-calls'), 'utf8').trim().split('\n')
    : [];

test('on a good Node with everything installed it asks npm nothing and runs the file in its own process', async () => {
  mkdirSync(join(root, 'node_modules'));
  writeFileSync(join(root, 'node_modules', '.package-lock.json'), installed);
  const { code, shown, err, pid } = await run([], ['one', 'two three'], {
    NO_PROXY: 'corp.example',
  });
  expect({ code, err, calls: npmCalls() }).toEqual({ code: 3, err: '', calls: [] });
  expect(shown).toMatchObject({
    arguments: ['one', 'two three'],
    noProxy: 'corp.example,localhost,127.0.0.1,::1',
    pid,
  });
});

test.each([
  ['absent', undefined],
  ['of another version', installed.replace('1.0.0', '0.9.0')],
  ['of other content', installed.replace('"x"', '"y"')],
  ['incomplete', '{"packages":{}}'],
])('packages that are %s are installed, with what npm says on stderr', async (_, hidden) => {
  if (hidden) {
    mkdirSync(join(root, 'node_modules'));
    writeFileSync(join(root, 'node_modules', '.package-lock.json'), hidden);
  }
  const { code, err, shown } = await run([], []);
  expect(code).toBe(3);
  expect(shown.arguments).toEqual([]);
  expect(err).toMatch(/^Installing the packages/);
  expect(npmCalls()).toEqual(['--loglevel=warn ci --no-audit --no-fund']);
});

test('an old Node borrows a new one from npm once and puts it first on the PATH', async () => {
  const first = await run(asNode20, ['one']);
  expect(first.err).toMatch(/^This machine's Node is 20\.20\.2; borrowing Node 24 /);
  expect(first).toMatchObject({
    code: 3,
    shown: { arguments: ['one'], path: join(root, 'borrowed') },
  });
  expect(npmCalls()[0]).toMatch(
    /^--loglevel=warn exec --yes --package=node-\w+-\w+@24 --call node -p process\.execPath$/,
  );
  const second = await run(asNode20, []);
  expect(second).toMatchObject({ code: 3, err: '' });
  expect(npmCalls()).toHaveLength(2);
});

test.each([
  ['an old Node', asNode20],
  ['a good Node', []],
])(
  'five that start at once on %s ask npm for each thing once, and all of them run',
  async (_, nodeOptions) => {
    const runs = await Promise.all(Array.from({ length: 5 }, () => run(nodeOptions, [])));
    expect(runs.map(({ code }) => code)).toEqual([3, 3, 3, 3, 3]);
    expect(npmCalls()).toHaveLength(nodeOptions === asNode20 ? 2 : 1);
  },
);

test('does not wait for one that was killed while it asked npm', async () => {
  const killed = spawn(process.execPath, ['--version']);
  await new Promise((resolve) => killed.on('exit', resolve));
  mkdirSync(join(root, '.local'));
  writeFileSync(join(root, '.local', 'asking-npm'), String(killed.pid));
  expect(await run([], [])).toMatchObject({ code: 3 });
  expect(existsSync(join(root, '.local', 'asking-npm'))).toBe(false);
});

test('says what to do when npm cannot fetch Node or the packages, and runs nothing', async () => {
  expect(await run(asNode20, [], { NPM_FAILS: '1' })).toMatchObject({
    code: 1,
    out: '',
    err: expect.stringContaining('Go online and try again'),
  });
  expect(await run([], [], { NPM_FAILS: '1' })).toMatchObject({
    code: 1,
    out: '',
    err: expect.stringContaining('npm ci failed'),
  });
});

test.each([
  ['borrowed Node', asNode20],
  ['good Node', []],
])('passes a signal on and ends with the exit code of the program (%s)', async (_, nodeOptions) => {
  const child = spawnBootstrap(nodeOptions, ['wait']);
  const shown = await new Promise<{ pid: number }>((resolve) =>
    child.stdout.once('data', (data) => resolve(JSON.parse(data))),
  );
  const ended = new Promise((resolve) => child.on('exit', resolve));
  // The handler is set right after the line was printed; a signal before that would kill it by default.
  const again = setInterval(() => child.kill('SIGTERM'), 200);
  expect(await ended).toBe(7);
  clearInterval(again);
  expect(() => process.kill(shown.pid, 0)).toThrow();
});

test("stops the program when npm's shell dies under it", async () => {
  const { pid } = await new Promise<{ pid: number }>((resolve) => {
    const command = `"${process.execPath}" tools/bootstrap.js program.ts wait; true`;
    const shell = spawn('/bin/sh', ['-c', command], {
      cwd: root,
      env: { PATH: `${join(root, 'bin')}:/usr/bin:/bin`, npm_lifecycle_event: 'start' },
    });
    shell.stdout.once('data', (data) => {
      resolve(JSON.parse(data));
      shell.kill('SIGKILL');
    });
  });
  while (isRunning(pid)) await new Promise((resolve) => setTimeout(resolve, 50));
});

test('a program that a signal killed makes the bootstrap end by the same signal', async () => {
  expect(await run(asNode20, ['die'])).toMatchObject({ code: null, signal: 'SIGKILL' });
});

test('with Node set to proxy by environment the program still reaches loopback: it runs where NO_PROXY is known from the start', async () => {
  const { shown, pid } = await run([], [], {
    NODE_USE_ENV_PROXY: '1',
    HTTP_PROXY: 'http://127.0.0.1:9',
  });
  expect(shown.noProxy).toBe('localhost,127.0.0.1,::1');
  expect(shown.pid).not.toBe(pid);
});

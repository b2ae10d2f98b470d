import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Metafile } from 'esbuild';
import { startFunctionsHost } from '../../local/functions-host/host.ts';
import { call } from '../support/call.ts';
import { until } from '../support/until.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const apis = ['original-api', 'downstream-api'] as const;
const artefactNames = ['functions.js', 'host.json', 'package.json'];
const packageMilliseconds = 60_000;

const readFile = (...path: string[]) => readFileSync(join(root, ...path), 'utf8');
const readJson = (...path: string[]) => JSON.parse(readFile(...path));
const readMetafile = (api: string): Metafile => readJson('packaged', api, 'metafile.json');
const inputsOf = (api: string) => Object.keys(readMetafile(api).inputs);

interface PackageRun {
  readonly code: number | null;
  readonly output: string;
}

function runPackage(...args: string[]): Promise<PackageRun> {
  const child = spawn(process.execPath, [join(root, 'tools/package.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data) => {
      output += data;
    });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })));
}

beforeAll(async () => {
  const { code, output } = await runPackage();
  if (code !== 0) throw new Error(output);
}, packageMilliseconds);

describe.each(apis)('the artefact of %s', (api) => {
  test('is host.json, package.json and one CommonJS file', () => {
    expect(readdirSync(join(root, api, 'dist')).sort()).toEqual(artefactNames);
    expect(readFile(api, 'dist', 'host.json')).toBe(readFile('host.json'));
    expect(readJson(api, 'dist', 'package.json')).toEqual({
      name: api,
      version: readJson('package.json').version,
      private: true,
      type: 'commonjs',
      main: 'functions.js',
    });
  });

  test.each([
    ...artefactNames.map((name) => [api, 'dist', name].join('/')),
    `packaged/${api}/metafile.json`,
    `packaged/${api}/bom.json`,
  ])('%s contains no path of this machine and no source map URL', (path) => {
    const text = readFile(path);
    // A failing `not.toContain` would print the whole bundle.
    expect(text.includes(root)).toBe(false);
    expect(text.includes('sourceMappingURL')).toBe(false);
  });

  test('has a source map outside the artefact', () => {
    const { sources } = readJson('packaged', api, 'functions.js.map');
    expect(sources).toContain('../functions.ts');
  });

  test("imports at run time only Node's modules and those that the worker provides", () => {
    const imports = Object.values(readMetafile(api).inputs).flatMap((input) => input.imports);
    const externals = imports.filter(({ external }) => external).map(({ path }) => path);
    const foreign = externals.filter((path) => !isBuiltin(path));
    // A library tries kerberos for a proxy and works without it.
    expect([...new Set(foreign)].sort()).toEqual(['@azure/functions-core', 'kerberos']);
  });

  test('contains the pool of undici, but not its mocks, caches and web sockets', () => {
    const undici = inputsOf(api).filter((path) => path.startsWith('node_modules/undici/lib/'));
    const unused = undici.filter((path) =>
      /\/lib\/(mock|cache|interceptor|web\/(websocket|cache|eventsource))\//.test(path),
    );
    expect(undici).toContain('node_modules/undici/lib/dispatcher/pool.js');
    expect(unused).toEqual([]);
  });

  test('checks Node before it loads anything else', () => {
    expect(inputsOf(api)).toContain('shared/check-node.ts');
  });
});

interface BillComponent {
  readonly name: string;
  readonly version: string;
  readonly licenses: readonly { license?: { id: string }; expression?: string }[];
  readonly hashes: readonly { content: string }[];
}

describe.each(apis)('the bill of materials of %s', (api) => {
  const readComponents = (): readonly BillComponent[] =>
    readJson('packaged', api, 'bom.json').components;

  test('lists exactly the packages of the bundle', () => {
    const locked = readJson('package-lock.json').packages;
    const folders = inputsOf(api).flatMap(
      (path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? [],
    );
    const expected = folders.map((folder) => {
      const name = folder.replace(/^.*node_modules\//, '');
      return `${name}@${locked[folder].version}`;
    });
    const listed = readComponents().map(({ name, version }) => `${name}@${version}`);
    expect(listed.sort()).toEqual([...new Set(expected)].sort());
  });

  test('states a licence and a SHA-512 digest for each package', () => {
    for (const { licenses, hashes } of readComponents()) {
      const [licence] = licenses;
      expect(licence?.license?.id ?? licence?.expression).toMatch(/\w/);
      expect(hashes[0]?.content).toMatch(/^[0-9a-f]{128}$/);
    }
  });
});

describe.each(apis)('the package.json that azd builds %s with', (api) => {
  const manifest = readJson(api, 'package.json');

  test('installs nothing and packages this API', () => {
    expect(manifest.dependencies).toBeUndefined();
    expect(manifest.devDependencies).toBeUndefined();
    expect(manifest.type).toBe('module');
    expect(manifest.scripts.build).toBe(`node ../tools/bootstrap.js tools/package.ts ${api}`);
  });

  test('names the packages that the API imports as optional peers', () => {
    const own = Object.entries(readMetafile(api).inputs).filter(([path]) =>
      path.startsWith(`${api}/`),
    );
    const imports = own.flatMap(([, input]) => input.imports);
    const imported = imports.flatMap(
      ({ path }) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? [],
    );
    const peers = Object.keys(manifest.peerDependencies);
    expect(peers.sort()).toEqual([...new Set(imported)].sort());
    expect(Object.values(manifest.peerDependenciesMeta)).toEqual(
      peers.map(() => ({ optional: true })),
    );
    const rootDependencies = Object.keys(readJson('package.json').dependencies);
    expect(rootDependencies).toEqual(expect.arrayContaining(peers));
  });
});

test.each([
  { path: 'node_modules/@azure/msal-node/', api: 'original-api', otherApi: 'downstream-api' },
  { path: 'node_modules/@azure/identity/', api: 'original-api', otherApi: 'downstream-api' },
  {
    path: 'node_modules/@azure/keyvault-secrets/',
    api: 'original-api',
    otherApi: 'downstream-api',
  },
  { path: 'shared/obo/', api: 'original-api', otherApi: 'downstream-api' },
  { path: 'original-api/', api: 'original-api', otherApi: 'downstream-api' },
  { path: 'downstream-api/', api: 'downstream-api', otherApi: 'original-api' },
  { path: 'node_modules/@azure/data-tables/', api: 'downstream-api', otherApi: 'original-api' },
])('$path is in $api and not in $otherApi', ({ path, api, otherApi }) => {
  expect(inputsOf(api).some((input) => input.startsWith(path))).toBe(true);
  expect(inputsOf(otherApi).some((input) => input.startsWith(path))).toBe(false);
});

describe('in a folder without node_modules', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'artefact-'));
    for (const api of apis) cpSync(join(root, api, 'dist'), join(folder, api), { recursive: true });
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each([
    {
      api: 'original-api',
      prefix: '',
      routes: ['journey', 'profiles/me', 'documents', 'documents/x'],
    },
    {
      api: 'downstream-api',
      prefix: 'downstream/',
      routes: ['caller', 'profiles/me', 'documents', 'documents/x'],
    },
  ] as const)('$api loads in a worker and serves its routes', async ({ api, prefix, routes }) => {
    const host = await startFunctionsHost({
      name: api,
      port: 0,
      entry: join(folder, api, 'functions.js'),
      env: { PATH: process.env.PATH ?? '', ...readJson('local.settings.example.json').Values },
      log() {},
    });
    const get = (path: string) => call(`${host.origin}/api/${prefix}${path}`);
    try {
      const health = await get('health');
      expect(health.status).toBe(200);
      for (const route of routes) {
        const response = await get(route);
        expect(response.status).toBe(401);
        expect(response.headers.get('www-authenticate')).toMatch(/^Bearer realm=/);
      }
      const unknown = await get('nothing/here');
      expect(unknown).toMatchObject({ status: 404, json: { code: 'not_found' } });
    } finally {
      await host.close();
    }
  });
});

test('ten concurrent runs write the same bytes, and readers see only complete files', async () => {
  const files = [
    ...apis.flatMap((api) => artefactNames.map((name) => join(root, api, 'dist', name))),
    ...apis.map((api) => join(root, 'packaged', api, 'bom.json')),
  ];
  const expected = files.map((file) => ({ file, bytes: readFileSync(file) }));
  let running = true;
  const bothApis = Array.from({ length: 5 }, () => runPackage());
  const oneApi = Array.from({ length: 5 }, (_, index) => runPackage(apis[index % 2] ?? ''));
  const runs = Promise.all([...bothApis, ...oneApi]).finally(() => {
    running = false;
  });
  const wrong: string[] = [];
  while (running) {
    for (const { file, bytes } of expected) if (!readFileSync(file).equals(bytes)) wrong.push(file);
    await sleep(10);
  }
  for (const { code } of await runs) expect(code).toBe(0);
  expect(wrong).toEqual([]);
}, 120_000);

test(
  'removes other files from the artefact and leaves no draft behind',
  async () => {
    const leftover = join(root, 'original-api', 'dist', 'leftover');
    mkdirSync(leftover, { recursive: true });
    writeFileSync(join(leftover, 'left.txt'), '');
    const { code } = await runPackage('original-api');
    expect(code).toBe(0);
    expect(existsSync(leftover)).toBe(false);
    // Another test file may be packaging at the same time.
    await until(
      'no draft to be left',
      () => !readdirSync(join(root, '.local')).some((name) => name.startsWith('package-')),
    );
  },
  packageMilliseconds,
);

test('refuses an unknown API with the usage and exit code 2', async () => {
  const { code, output } = await runPackage('orders-api');
  expect(code).toBe(2);
  expect(output).toContain('Unknown API orders-api.\nUsage: npm run package');
});

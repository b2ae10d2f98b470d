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
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Metafile } from 'esbuild';
import { startFunctionsHost } from '../../local/functions-host/host.ts';
import { call } from '../support/call.ts';
import { until } from '../support/until.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const apis = ['original-api', 'downstream-api'] as const;
const names = ['functions.js', 'host.json', 'package.json'];
const file = (...path: string[]) => readFileSync(join(root, ...path), 'utf8');
const json = (...path: string[]) => JSON.parse(file(...path));

function runPackage(...args: string[]): Promise<{ code: number | null; output: string }> {
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
  expect(await runPackage()).toMatchObject({ code: 0 });
}, 60_000);

describe.each(apis)('the artefact of %s', (api) => {
  const metafile = (): Metafile => json('packaged', api, 'metafile.json');

  test('is host.json, package.json and the one CommonJS file that it names, and nothing else', () => {
    expect(readdirSync(join(root, api, 'dist')).sort()).toEqual(names);
    expect(json(api, 'dist', 'package.json')).toEqual({
      name: api,
      version: json('package.json').version,
      private: true,
      type: 'commonjs',
      main: 'functions.js',
    });
    expect(file(api, 'dist', 'host.json')).toBe(file('host.json'));
  });

  test('names no place of the machine that made it, and no source map', () => {
    for (const text of [
      ...names.map((name) => file(api, 'dist', name)),
      file('packaged', api, 'metafile.json'),
      file('packaged', api, 'bom.json'),
    ]) {
      expect(text.includes(root)).toBe(false);
      expect(text).not.toContain('sourceMappingURL');
    }
    expect(json('packaged', api, 'functions.js.map').sources).toContain(`../functions.ts`);
  });

  test('asks at run time for Node’s modules and the worker’s own', () => {
    const asked = Object.values(metafile().inputs).flatMap(({ imports }) =>
      imports.filter(({ external }) => external).map(({ path }) => path),
    );
    const foreign = asked.filter((path) => !isBuiltin(path));
    // An optional library for proxies with Kerberos, tried inside a try.
    expect([...new Set(foreign)].sort()).toEqual(['@azure/functions-core', 'kerberos']);
  });

  test('has of undici what is called, not its fetch, web sockets, caches and mocks', () => {
    const parts = Object.keys(metafile().inputs).filter((path) =>
      path.startsWith('node_modules/undici/lib/'),
    );
    expect(parts).toContain('node_modules/undici/lib/dispatcher/pool.js');
    expect(
      parts.filter((path) =>
        /\/lib\/(mock|cache|interceptor|web\/(websocket|cache|eventsource))\//.test(path),
      ),
    ).toEqual([]);
  });

  test('has a bill of materials: exactly the packages that are in it, each with version, licence and digest', () => {
    const { components } = json('packaged', api, 'bom.json');
    const lock = json('package-lock.json').packages;
    const folders = new Set(
      Object.keys(metafile().inputs).flatMap(
        (path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? [],
      ),
    );
    const expected = new Set(
      [...folders].map(
        (folder) => `${folder.replace(/^.*node_modules\//, '')}@${lock[folder].version}`,
      ),
    );
    expect(
      components
        .map(({ name, version }: { name: string; version: string }) => `${name}@${version}`)
        .sort(),
    ).toEqual([...expected].sort());
    for (const { licenses, hashes } of components) {
      expect(licenses[0].license?.id ?? licenses[0].expression).toMatch(/\w/);
      expect(hashes[0].content).toMatch(/^[0-9a-f]{128}$/);
    }
  });

  test('is built where azd builds it, by a package.json that installs nothing and names what the API imports', () => {
    const { dependencies, devDependencies, type, scripts, peerDependencies, peerDependenciesMeta } =
      json(api, 'package.json');
    expect({ dependencies, devDependencies, type }).toEqual({ type: 'module' });
    expect(scripts.build).toBe(`node ../tools/bootstrap.js tools/package.ts ${api}`);
    const named = Object.entries(metafile().inputs)
      .filter(([path]) => path.startsWith(`${api}/`))
      .flatMap(([, { imports }]) =>
        imports.flatMap(({ path }) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []),
      );
    expect(Object.keys(peerDependencies).sort()).toEqual([...new Set(named)].sort());
    expect(Object.values(peerDependenciesMeta)).toEqual(
      Object.keys(peerDependencies).map(() => ({ optional: true })),
    );
    expect(Object.keys(json('package.json').dependencies)).toEqual(
      expect.arrayContaining(Object.keys(peerDependencies)),
    );
  });
});

const ofExchange = [
  'node_modules/@azure/msal-node/',
  'node_modules/@azure/identity/',
  'node_modules/@azure/keyvault-secrets/',
  'shared/obo/',
];
test.each([
  ...ofExchange.map((part) => ['original-api', 'downstream-api', part] as const),
  ['original-api', 'downstream-api', 'original-api/'] as const,
  ['downstream-api', 'original-api', 'downstream-api/'] as const,
  ['downstream-api', 'original-api', 'node_modules/@azure/data-tables/'] as const,
])('%s has and %s has not: %s', (having, lacking, part) => {
  const holds = (api: string) =>
    Object.keys(json('packaged', api, 'metafile.json').inputs).some((path) =>
      path.startsWith(part),
    );
  expect([holds(having), holds(lacking)]).toEqual([true, false]);
});

describe('in a folder without node_modules', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'artefact-'));
    for (const api of apis) cpSync(join(root, api, 'dist'), join(folder, api), { recursive: true });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each([
    ['original-api', '', ['journey', 'profiles/me', 'documents', 'documents/x']],
    ['downstream-api', 'downstream/', ['caller', 'profiles/me', 'documents', 'documents/x']],
  ] as const)(
    '%s loads in a worker that supplies @azure/functions-core, registers its routes and answers',
    async (api, prefix, routes) => {
      const env = { PATH: process.env.PATH ?? '', ...json('local.settings.example.json').Values };
      const host = await startFunctionsHost({
        name: api,
        port: 0,
        entry: join(folder, api, 'functions.js'),
        env,
        log() {},
      });
      try {
        const at = (path: string) => call(`${host.origin}/api/${prefix}${path}`);
        expect((await at('health')).status).toBe(200);
        for (const route of routes) {
          const { status, headers } = await at(route);
          expect([route, status]).toEqual([route, 401]);
          expect(headers.get('www-authenticate')).toMatch(/^Bearer realm=/);
        }
        expect(await at('nothing/here')).toMatchObject({
          status: 404,
          json: { code: 'not_found' },
        });
      } finally {
        await host.close();
      }
    },
  );
});

test('ten packagings at once give the same bytes, and whoever reads meanwhile finds them whole', async () => {
  const places = [
    ...apis.flatMap((api) => names.map((name) => join(root, api, 'dist', name))),
    ...apis.map((api) => join(root, 'packaged', api, 'bom.json')),
  ];
  const bytes = new Map(places.map((path) => [path, readFileSync(path)]));
  const stray = join(root, 'original-api', 'dist', 'stray');
  mkdirSync(stray, { recursive: true });
  writeFileSync(join(stray, 'left.txt'), 'left by hand');
  let running = true;
  const all = Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      runPackage(...(index < 5 ? apis : [apis[index % 2] as string])),
    ),
  ).finally(() => {
    running = false;
  });
  const wrong: string[] = [];
  for (let reads = 0; running || reads === 0; reads += 1) {
    for (const [path, before] of bytes) if (!readFileSync(path).equals(before)) wrong.push(path);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect((await all).filter(({ code }) => code !== 0)).toEqual([]);
  expect(wrong).toEqual([]);
  expect(existsSync(stray)).toBe(false);
  // Another test's packaging may be under way.
  await until(
    'no draft to be left',
    () => !readdirSync(join(root, '.local')).some((name) => name.startsWith('package-')),
  );
}, 120_000);

test('an API that there is not: says which there are, and packages none', async () => {
  const { code, output } = await runPackage('orders-api');
  expect([code, output]).toEqual([
    1,
    expect.stringContaining('There is no API orders-api.\nUsage: npm run package'),
  ]);
});

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';
import { rewriteSpecifiers } from '../../tools/packaging/package-module.ts';
import { packModule } from './install-package.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'package-contents-'));
const tarball = packModule();
spawnSync('tar', ['-xzf', tarball, '--strip-components=1', '-C', folder]);
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
const code = files.filter((file) => /\.(js|d\.ts)$/.test(file));
const readText = (...path: string[]) => readFileSync(join(folder, ...path), 'utf8');
const manifest = JSON.parse(readText('package.json'));
const rootManifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The specifiers of all imports in these files, those of types included. */
function importsOf(names: readonly string[]): readonly string[] {
  const statement = /(?:\bfrom|\bimport)\s*\(?\s*['"]([^'"\n]+)['"]/g;
  const specifiers = names.flatMap((name) =>
    // Examples in docstrings import what they like.
    [
      ...readText(name)
        .replace(/\/\*\*.*?\*\//gs, '')
        .matchAll(statement),
    ].map(([, specifier = '']) => specifier),
  );
  return [...new Set(specifiers)].sort();
}

const packageOf = (specifier: string) => /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? '';

test('contains JavaScript, declarations, the manifest, the readme and the licence', () => {
  const others = files.filter((file) => file.includes('.') && !code.includes(file));
  expect(others.sort()).toEqual(['README.md', 'package.json']);
  expect(files).toContain('LICENSE');
});

test('imports its own files by the names of the JavaScript files', () => {
  const relative = importsOf(code).filter((specifier) => specifier.startsWith('.'));
  expect(relative.length).toBeGreaterThan(30);
  expect(relative.filter((specifier) => !specifier.endsWith('.js'))).toEqual([]);
});

test('imports exactly the packages that its manifest names', () => {
  const packages = importsOf(code).filter((name) => !name.startsWith('.') && !isBuiltin(name));
  const { dependencies, peerDependencies } = manifest;
  expect([...new Set(packages.map(packageOf))].sort()).toEqual(
    Object.keys({ ...dependencies, ...peerDependencies }).sort(),
  );
});

test('its declarations need no optional peer, except those for Azure Functions', () => {
  const declarations = code.filter((file) => file.endsWith('.d.ts') && file !== 'functions.d.ts');
  const peers = Object.keys(manifest.peerDependencies);
  expect(importsOf(declarations).filter((name) => peers.includes(name))).toEqual([]);
});

test('depends on the versions that the apps use, except for undici', () => {
  const { undici, ...others } = manifest.dependencies;
  expect(rootManifest.dependencies).toMatchObject(others);
  // undici 8 does not load on Node.js 22.12, which the package supports.
  expect(undici).toMatch(/^7\./);
  for (const [name, range] of Object.entries<string>(manifest.peerDependencies))
    expect(rootManifest.dependencies[name]).toMatch(new RegExp(`^${range.slice(1, 2)}\\.`));
});

test('has the version of the project, and only optional peers', () => {
  expect(manifest.version).toBe(rootManifest.version);
  const optional = Object.keys(manifest.peerDependencies).map((name) => [name, { optional: true }]);
  expect(manifest.peerDependenciesMeta).toEqual(Object.fromEntries(optional));
});

test('contains no path of this machine', () => {
  // A failing `not.toContain` would print the whole file.
  expect(code.filter((file) => readText(file).includes(root))).toEqual([]);
});

describe('the entry', () => {
  const entries = Object.entries<string | { types: string; default: string }>(manifest.exports);

  test.each(entries)('%s exists', (_name, target) => {
    const paths = typeof target === 'string' ? [target] : [target.types, target.default];
    for (const path of paths) expect(existsSync(join(folder, path))).toBe(true);
  });

  /** TypeScript with `moduleResolution: node10` ignores `exports`. */
  test.each(entries)('%s is also found without the exports of the manifest', (name, target) => {
    const path = name === '.' ? manifest.types : name;
    const found = ['', '.d.ts', '/index.d.ts'].map((ending) => `${path}${ending}`);
    expect(found).toContain(typeof target === 'string' ? target : target.types);
  });
});

test.each([
  { name: 'a type import', from: "import type { A } from './a.ts';", to: './a.js' },
  { name: 'an export', from: 'export { a } from "../b/a.ts";', to: '../b/a.js' },
  { name: 'an inline type', from: "readonly a: import('./a.ts').A;", to: './a.js' },
  { name: 'a side effect', from: "import './a.ts';", to: './a.js' },
  { name: 'a package', from: "import type { A } from 'a.ts';", to: 'a.ts' },
])('$name in a declaration is rewritten to $to', ({ from, to }) => {
  expect(rewriteSpecifiers(from)).toBe(from.replace(/(?<=["']).*(?=["'])/, to));
});

test('the last line of npm run package:shared is the path of the tarball', () => {
  expect(tarball).toBe(join(root, 'packaged', `zero-trust-api-${manifest.version}.tgz`));
});

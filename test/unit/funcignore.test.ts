import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (file: string) => readFileSync(`${root}${file}`, 'utf8');
const patterns = read('.funcignore')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));

/**
 * Whether Azure Functions Core Tools leaves a file out. It compares each pattern with the beginning
 * of the path, up to a word boundary (its class GitIgnoreParser).
 */
function isIgnored(path: string): boolean {
  return patterns.some((pattern) => {
    const prefix = pattern.replace(/^\//, '').replaceAll(/[.\\+?()[\]{}|^$]/g, '\\$&');
    return new RegExp(`^${prefix}\\b`).test(path);
  });
}

interface LockedPackage {
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly optional?: boolean;
}

const packages = Object.entries(
  JSON.parse(read('package-lock.json')).packages as Record<string, LockedPackage>,
);
const trackedFiles = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' })
  .trim()
  .split('\n');

test('every pattern means the same to func and to git', () => {
  for (const pattern of patterns) expect(pattern).toMatch(/^\/[^*!]*[^*!/]$/);
});

test.each([
  'host.json',
  'package.json',
  'dist/original-api/functions.js',
  'dist/downstream-api/functions.js',
  'dist/shared/settings.js',
])('%s is published', (file) => {
  expect(isIgnored(file)).toBe(false);
});

test('no other tracked file is published', () => {
  const published = trackedFiles.filter((file) => !isIgnored(file));
  expect(published.sort()).toEqual(['host.json', 'package.json']);
});

test.each([
  '.local/emulators-7070/control.json',
  'local.settings.json',
  '.env',
  '.azure/dev/.env',
  '.git/config',
  'coverage/index.html',
  'dist/client-app/main.js',
  'dist/fingerprint',
  'packaged/original-api/functions.js.map',
])('%s is not published', (file) => {
  expect(isIgnored(file)).toBe(true);
});

test('every production package is published', () => {
  const ignored = packages
    .filter(([, { dev, devOptional, optional }]) => !dev && !devOptional && !optional)
    .map(([path]) => `${path}/package.json`)
    .filter((file) => isIgnored(file));
  expect(ignored).toEqual([]);
});

test('no direct development package is published', () => {
  const { devDependencies } = JSON.parse(read('package.json'));
  const direct = Object.keys(devDependencies).map((name) => `node_modules/${name}`);
  const published = packages
    .filter(([path, { dev, devOptional }]) => direct.includes(path) && (dev || devOptional))
    .map(([path]) => path)
    .filter((path) => !isIgnored(`${path}/package.json`));
  expect(published).toEqual([]);
});

test('the only .funcignore is at the root', () => {
  const files = trackedFiles.filter((file) => file.endsWith('.funcignore'));
  expect(files.filter((file) => file !== '.funcignore')).toEqual([]);
});

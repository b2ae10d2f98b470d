import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../..', import.meta.url));

test('SECURITY.md names code and tests that are there', () => {
  const text = readFileSync(`${root}SECURITY.md`, 'utf8');
  const named = [...text.matchAll(/`([\w./-]+\.(?:ts|bicep))`/g)].map(([, path]) => path ?? '');
  const folders = ['shared', 'original-api', 'downstream-api', 'infra', 'test', 'local'];
  const files = folders.flatMap((folder) =>
    readdirSync(root + folder, { recursive: true }).map((file) => `/${folder}/${file}`),
  );
  expect(named.length).toBeGreaterThan(50);
  expect(named.filter((path) => !files.some((file) => file.endsWith(`/${path}`)))).toEqual([]);
});

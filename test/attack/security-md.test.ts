import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../..', import.meta.url));
const sourceFolders = [
  'shared',
  'original-api',
  'downstream-api',
  'infra',
  'local',
  'tools',
  'test',
];

test('SECURITY.md refers only to existing source and test files', () => {
  const text = readFileSync(`${root}SECURITY.md`, 'utf8');
  const references = [...text.matchAll(/`([\w./-]+\.(?:ts|bicep))`/g)].map(([, path = '']) => path);
  const files = sourceFolders.flatMap((folder) =>
    readdirSync(root + folder, { recursive: true }).map((file) => `/${folder}/${file}`),
  );
  const missing = references.filter((path) => !files.some((file) => file.endsWith(`/${path}`)));
  expect(missing).toEqual([]);
  expect(references.length).toBeGreaterThan(50);
});

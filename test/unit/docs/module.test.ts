import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const page = readFileSync(join(root, 'docs/module.md'), 'utf8');
const [, program = ''] = /^```ts app\.ts\n(.*?)^```$/ms.exec(page) ?? [];

/** Packages are resolved from the folder of a file upwards, so it is in the repository. */
const folder = join(root, '.local', `docs-module-${process.pid}`);

/** The part of the package that the program uses. It is not a dependency of this repository. */
const nodeServer = `
export function serve(options: {
  fetch(request: Request): Response | Promise<Response>;
  port: number;
  hostname: string;
}): unknown;
`;

const compilerOptions = {
  target: 'es2024',
  module: 'nodenext',
  types: ['node'],
  strict: true,
  noUnusedLocals: true,
  skipLibCheck: true,
  allowImportingTsExtensions: true,
  noEmit: true,
  paths: {
    'zero-trust-api': [join(root, 'shared/index.ts')],
    'zero-trust-api/web': [join(root, 'shared/web.ts')],
    '@hono/node-server': [join(folder, 'node-server.d.ts')],
  },
};

beforeAll(() => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
  writeFileSync(join(folder, 'node-server.d.ts'), nodeServer);
  writeFileSync(join(folder, 'app.ts'), program);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the page has a program', () => {
  expect(program).not.toBe('');
});

test('the program compiles', () => {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { stdout } = spawnSync(process.execPath, [tsc, '--project', folder], { encoding: 'utf8' });
  expect(stdout).toBe('');
});

test('the program uses the ids of the emulated tenant', () => {
  const tenant = readFileSync(join(root, 'local/tenant.json'), 'utf8');
  const ids = program.match(/[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g) ?? [];
  expect(ids.filter((id) => !tenant.includes(id))).toEqual([]);
});

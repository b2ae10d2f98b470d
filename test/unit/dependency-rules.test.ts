import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { build } from '../../tools/build.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const biome = createRequire(import.meta.url).resolve('@biomejs/biome/bin/biome');

/** Each row: the file, what is planted there, and the rule that must refuse it. */
const refused = [
  [
    'shared/planted-a.ts',
    "export { startEmulators } from '../local/emulators/emulators.ts';",
    'noRestrictedImports',
  ],
  [
    'shared/planted-b.ts',
    "export { startStack } from '../test/support/stack.ts';",
    'noRestrictedImports',
  ],
  [
    'shared/http/planted-c.ts',
    "export { settings } from '../../original-api/settings.ts';",
    'noRestrictedImports',
  ],
  [
    'shared/http/planted-d.ts',
    "export { settings } from '../../downstream-api/settings.ts';",
    'noRestrictedImports',
  ],
  ['shared/http/planted-e.ts', "export { jwtVerify } from 'jose';", 'noRestrictedImports'],
  [
    'shared/token/planted-f.ts',
    "export { ConfidentialClientApplication } from '@azure/msal-node';",
    'noRestrictedImports',
  ],
  [
    'shared/obo/planted-g.ts',
    "export { ConfidentialClientApplication } from '@azure/msal-node';",
    'noRestrictedImports',
  ],
  [
    'shared/obo/credential.ts',
    "export { ConfidentialClientApplication } from '@azure/msal-node';",
    'noRestrictedImports',
  ],
  [
    'shared/obo/exchange.ts',
    "export { SecretClient } from '@azure/keyvault-secrets';",
    'noRestrictedImports',
  ],
  [
    'shared/http/planted-h.ts',
    "export { ManagedIdentityCredential } from '@azure/identity';",
    'noRestrictedImports',
  ],
  ['shared/http/planted-i.ts', "export { app } from '@azure/functions';", 'noRestrictedImports'],
  [
    'shared/planted-j.ts',
    "export { TableClient } from '@azure/data-tables';",
    'noRestrictedImports',
  ],
  [
    'original-api/planted-k.ts',
    "export { settings } from '../downstream-api/settings.ts';",
    'noRestrictedImports',
  ],
  [
    'original-api/planted-l.ts',
    "export { startEmulators } from '../local/emulators/emulators.ts';",
    'noRestrictedImports',
  ],
  ['original-api/functions.ts', "export { jwtVerify } from 'jose';", 'noRestrictedImports'],
  [
    'original-api/planted-m.ts',
    "import { app } from '@azure/functions';\nexport const planted = app;",
    'noRestrictedImports',
  ],
  [
    'downstream-api/planted-n.ts',
    "export { settings } from '../original-api/settings.ts';",
    'noRestrictedImports',
  ],
  [
    'downstream-api/planted-o.ts',
    "export { exchangeOnBehalf } from '../shared/obo/on-behalf-of.ts';",
    'noRestrictedImports',
  ],
  [
    'downstream-api/planted-p.ts',
    "export { TableClient } from '@azure/data-tables';",
    'noRestrictedImports',
  ],
  [
    'client-app/planted-q.ts',
    "export { ApiError } from '../shared/api-error.ts';",
    'noRestrictedImports',
  ],
  ['shared/planted-r.ts', "export const planted = process.env['AZURE_TENANT_ID'];", 'noProcessEnv'],
  ['original-api/planted-s.ts', "export const planted = () => console.log('hello');", 'noConsole'],
  ['shared/planted-t.ts', "export { test } from '@jest/globals';", 'noUndeclaredDependencies'],
  [
    'downstream-api/planted-u.ts',
    "export { default } from 'nobody-declared-this';",
    'noUndeclaredDependencies',
  ],
  [
    'shared/planted-v.ts',
    'const wait = async (): Promise<void> => {};\nexport const planted = (): void => {\n  wait();\n};',
    'noFloatingPromises',
  ],
] as const;

const accepted = [
  ['shared/token/accepted-a.ts', "export { jwtVerify } from 'jose';"],
  ['shared/obo/network.ts', "export { AuthError } from '@azure/msal-node';"],
  [
    'shared/obo/managed-identity.ts',
    "export { ManagedIdentityCredential } from '@azure/identity';",
  ],
  [
    'shared/http/accepted-b.ts',
    "export type { HttpRequest, InvocationContext } from '@azure/functions';",
  ],
  ['shared/settings.ts', 'export const accepted = process.env;'],
  ['downstream-api/functions.ts', "export { app } from '@azure/functions';"],
  ['downstream-api/store/accepted-c.ts', "export { TableClient } from '@azure/data-tables';"],
  ['original-api/accepted-d.ts', "export { ApiError } from '../shared/api-error.ts';"],
  [
    'local/accepted-e.ts',
    "export { settings } from '../downstream-api/settings.ts';\nexport const accepted = process.env;",
  ],
] as const;

let folder: string;
let found: readonly { path: string; rule: string }[];

beforeAll(async () => {
  await build();
  folder = mkdtempSync(join(tmpdir(), 'arrows-'));
  for (const name of ['biome.json', 'package.json', '.gitignore', 'tsconfig.json'])
    cpSync(join(root, name), join(folder, name));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const [path, text] of [...refused, ...accepted]) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), `${text}\n`);
  }
  const run = spawnSync(
    process.execPath,
    [biome, 'lint', '--reporter=json', '--max-diagnostics=none', '.'],
    {
      cwd: folder,
      encoding: 'utf8',
    },
  );
  const { diagnostics } = JSON.parse(run.stdout);
  found = diagnostics.map(
    (entry: { category: string; location: { path: string | { file: string } } }) => {
      const { path } = entry.location;
      return {
        path: typeof path === 'string' ? path : path.file,
        rule: entry.category.split('/').at(-1) ?? '',
      };
    },
  );
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(refused)('%s may not say %j', (path, _, rule) => {
  expect(found.filter((entry) => entry.path === path).map((entry) => entry.rule)).toContain(rule);
});

test.each(accepted)('%s may say %j', (path, _) => {
  expect(found.filter((entry) => entry.path === path)).toEqual([]);
});

/** The specifiers of every import in what tsc emitted: type imports have vanished from it. */
function listImports(part: string): { file: string; specifier: string }[] {
  const files = readdirSync(join(root, 'dist', part), { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.js'),
  );
  return files.flatMap((name) => {
    const text = readFileSync(join(root, 'dist', part, name), 'utf8');
    return [...text.matchAll(/(?:\bfrom|\bimport|\brequire)\s*\(?\s*['"]([^'"]+)['"]/g)].map(
      ([, specifier = '']) => ({
        file: join(part, name),
        specifier: specifier.startsWith('.')
          ? relative(join(root, 'dist'), join(root, 'dist', part, dirname(name), specifier))
          : specifier,
      }),
    );
  });
}

const shipped = ['shared', 'original-api', 'downstream-api'].flatMap(listImports);

test('the built apps import only shared and themselves of ours, and nothing of the emulators or the tests', () => {
  const ours = shipped.filter(
    ({ specifier }) => specifier.endsWith('.js') && !specifier.startsWith('@'),
  );
  expect(ours.length).toBeGreaterThan(50);
  for (const { file, specifier } of ours) {
    const [from, to] = [file.split('/')[0], specifier.split('/')[0]];
    expect({ file, specifier, allowed: to === 'shared' || to === from }).toMatchObject({
      allowed: true,
    });
  }
});

test('only functions.ts takes values of @azure/functions, and only two files those of msal-node', () => {
  const filesWith = (name: string) =>
    [
      ...new Set(shipped.filter(({ specifier }) => specifier === name).map(({ file }) => file)),
    ].sort();
  expect(filesWith('@azure/functions')).toEqual([
    'downstream-api/functions.js',
    'original-api/functions.js',
  ]);
  expect(filesWith('@azure/msal-node')).toEqual([
    'shared/obo/exchange.js',
    'shared/obo/network.js',
  ]);
});

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
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { build } from '../../tools/build.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const biome = createRequire(import.meta.url).resolve('@biomejs/biome/bin/biome');

/** Source code that a test plants in a copy of the project's configuration. */
interface Planted {
  readonly file: string;
  readonly code: string;
}

const importOf = (path: string) => `export { planted } from '${path}';`;

/** Imports that the dependency rules forbid. Each name says which rule it violates. */
const forbiddenImports = [
  { file: 'shared/local.ts', imports: '../local/start.ts' },
  { file: 'shared/tools.ts', imports: '../tools/build.ts' },
  { file: 'shared/infra.ts', imports: '../infra/hooks/azure.ts' },
  { file: 'shared/test.ts', imports: '../test/support/stack.ts' },
  { file: 'shared/client-app.ts', imports: '../client-app/api.ts' },
  { file: 'shared/http/original.ts', imports: '../../original-api/settings.ts' },
  { file: 'shared/http/downstream.ts', imports: '../../downstream-api/settings.ts' },
  { file: 'shared/http/jose.ts', imports: 'jose' },
  { file: 'shared/http/identity.ts', imports: '@azure/identity' },
  { file: 'shared/http/functions-values.ts', imports: '@azure/functions' },
  { file: 'shared/tables.ts', imports: '@azure/data-tables' },
  { file: 'shared/token/msal.ts', imports: '@azure/msal-node' },
  { file: 'shared/obo/msal.ts', imports: '@azure/msal-node' },
  { file: 'shared/obo/credential.ts', imports: '@azure/msal-node' },
  { file: 'shared/obo/exchange.ts', imports: '@azure/keyvault-secrets' },
  { file: 'shared/obo/user-credential.ts', imports: '@azure/identity' },
  { file: 'original-api/downstream.ts', imports: '../downstream-api/settings.ts' },
  { file: 'original-api/local.ts', imports: '../local/start.ts' },
  { file: 'original-api/tools.ts', imports: '../tools/build.ts' },
  { file: 'original-api/test.ts', imports: '../test/support/stack.ts' },
  { file: 'original-api/functions-values.ts', imports: '@azure/functions' },
  { file: 'original-api/functions.ts', imports: 'jose' },
  { file: 'downstream-api/original.ts', imports: '../original-api/settings.ts' },
  { file: 'downstream-api/tools.ts', imports: '../tools/build.ts' },
  { file: 'downstream-api/on-behalf-of.ts', imports: '../shared/obo/on-behalf-of.ts' },
  { file: 'downstream-api/tables.ts', imports: '@azure/data-tables' },
  { file: 'client-app/shared.ts', imports: '../shared/api-error.ts' },
  { file: 'client-app/auth/original.ts', imports: '../../original-api/settings.ts' },
  { file: 'client-app/tools.ts', imports: '../tools/build.ts' },
  { file: 'tools/local.ts', imports: '../local/start.ts' },
  { file: 'tools/doctor/local.ts', imports: '../../local/emulators/emulators.ts' },
  { file: 'tools/infra.ts', imports: '../infra/hooks/azure.ts' },
  { file: 'tools/test.ts', imports: '../test/run.ts' },
  { file: 'infra/hooks/local.ts', imports: '../../local/start.ts' },
  { file: 'infra/test.ts', imports: '../test/support/stack.ts' },
  { file: 'local/infra.ts', imports: '../infra/hooks/azure.ts' },
  { file: 'local/emulators/infra.ts', imports: '../../infra/hooks/azure.ts' },
  { file: 'local/test.ts', imports: '../test/support/stack.ts' },
];

/** Violations of the other rules that protect what ships. */
const otherViolations = [
  {
    file: 'shared/process-env.ts',
    code: "export const planted = process.env['AZURE_TENANT_ID'];",
    rule: 'noProcessEnv',
  },
  {
    file: 'original-api/console.ts',
    code: "export const planted = () => console.log('hello');",
    rule: 'noConsole',
  },
  {
    file: 'shared/dev-dependency.ts',
    code: importOf('@jest/globals'),
    rule: 'noUndeclaredDependencies',
  },
  {
    file: 'downstream-api/undeclared-dependency.ts',
    code: importOf('undeclared-package'),
    rule: 'noUndeclaredDependencies',
  },
  {
    file: 'shared/floating-promise.ts',
    code: [
      'const wait = async (): Promise<void> => {};',
      'export const planted = (): void => {',
      '  wait();',
      '};',
    ].join('\n'),
    rule: 'noFloatingPromises',
  },
  { file: 'shared/cycle-a.ts', code: "import './cycle-b.ts';", rule: 'noImportCycles' },
  { file: 'shared/cycle-b.ts', code: "import './cycle-a.ts';", rule: 'noImportCycles' },
  {
    file: 'client-app/type-cycle-a.ts',
    code: "import type { B } from './type-cycle-b.ts';\nexport type A = B | 1;",
    rule: 'noImportCycles',
  },
  {
    file: 'client-app/type-cycle-b.ts',
    code: "import type { A } from './type-cycle-a.ts';\nexport type B = A | 2;",
    rule: 'noImportCycles',
  },
];

const violations = [
  ...forbiddenImports.map(({ file, imports }) => ({
    file,
    code: importOf(imports),
    rule: 'noRestrictedImports',
  })),
  ...otherViolations,
];

const allowed: readonly Planted[] = [
  { file: 'shared/token/allowed-jose.ts', code: importOf('jose') },
  { file: 'shared/obo/network.ts', code: importOf('@azure/msal-node') },
  { file: 'shared/obo/managed-identity.ts', code: importOf('@azure/identity') },
  { file: 'shared/obo/key-vault.ts', code: importOf('@azure/keyvault-secrets') },
  {
    file: 'shared/http/allowed-function-types.ts',
    code: "export type { HttpRequest, InvocationContext } from '@azure/functions';",
  },
  { file: 'shared/settings.ts', code: 'export const allowed = process.env;' },
  { file: 'downstream-api/functions.ts', code: importOf('@azure/functions') },
  { file: 'downstream-api/store/allowed-tables.ts', code: importOf('@azure/data-tables') },
  { file: 'original-api/allowed-shared.ts', code: importOf('../shared/api-error.ts') },
  {
    file: 'client-app/allowed-challenge.ts',
    code: importOf('../shared/http/read-challenge.ts'),
  },
  { file: 'infra/allowed-tools.ts', code: importOf('../tools/build.ts') },
  { file: 'local/allowed-tools.ts', code: importOf('../tools/build.ts') },
  { file: 'local/allowed-app.ts', code: importOf('../downstream-api/settings.ts') },
  { file: 'tools/attack/allowed-support.ts', code: importOf('../support/issuer.ts') },
];

describe('the linter', () => {
  let folder: string;
  let rulesByFile: ReadonlyMap<string, readonly string[]>;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'dependency-rules-'));
    for (const name of ['biome.json', 'package.json', '.gitignore', 'tsconfig.json'])
      cpSync(join(root, name), join(folder, name));
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    for (const { file, code } of [...violations, ...allowed]) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), `${code}\n`);
    }
    rulesByFile = lint(folder);
  }, 60_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each(violations)('reports $rule in $file', ({ file, rule }) => {
    expect(rulesByFile.get(file) ?? []).toContain(rule);
  });

  test.each(allowed)('accepts $file', ({ file }) => {
    expect(rulesByFile.get(file) ?? []).toEqual([]);
  });
});

/** Runs the linter over a folder and returns the names of the violated rules by file. */
function lint(folder: string): ReadonlyMap<string, readonly string[]> {
  const { stdout } = spawnSync(
    process.execPath,
    [biome, 'lint', '--reporter=json', '--max-diagnostics=none', '.'],
    { cwd: folder, encoding: 'utf8' },
  );
  interface Diagnostic {
    readonly category: string;
    readonly location: { readonly path: string | { readonly file: string } };
  }
  const { diagnostics } = JSON.parse(stdout) as { readonly diagnostics: readonly Diagnostic[] };
  const rules = new Map<string, string[]>();
  for (const { category, location } of diagnostics) {
    const file = typeof location.path === 'string' ? location.path : location.path.file;
    const rule = category.split('/').at(-1) ?? '';
    rules.set(file, [...(rules.get(file) ?? []), rule]);
  }
  return rules;
}

/** One import statement of a built app. */
interface BuiltImport {
  readonly file: string;
  /** A path below dist, or the name of a package. */
  readonly target: string;
}

describe('the built apps', () => {
  let imports: readonly BuiltImport[];

  beforeAll(async () => {
    await build();
    imports = ['shared', 'original-api', 'downstream-api'].flatMap(listImports);
  }, 60_000);

  test('import of this repository only shared and their own files', () => {
    const own = imports.filter(({ target }) => target.endsWith('.js') && !target.startsWith('@'));
    expect(own.length).toBeGreaterThan(50);
    const foreign = own.filter(({ file, target }) => {
      const [from] = file.split('/');
      const [to] = target.split('/');
      return to !== 'shared' && to !== from;
    });
    expect(foreign).toEqual([]);
  });

  test.each([
    {
      name: '@azure/functions',
      files: ['downstream-api/functions.js', 'original-api/functions.js'],
    },
    { name: '@azure/msal-node', files: ['shared/obo/exchange.js', 'shared/obo/network.js'] },
  ])('import values of $name only in $files', ({ name, files }) => {
    const importing = imports.filter(({ target }) => target === name).map(({ file }) => file);
    expect([...new Set(importing)].sort()).toEqual(files);
  });
});

/** Lists the imports of every file that tsc emitted for a folder. Type imports are gone by then. */
function listImports(folder: string): readonly BuiltImport[] {
  const dist = join(root, 'dist');
  const files = readdirSync(join(dist, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js'))
    .map((name) => join(folder, name));
  return files.flatMap((file) => {
    const text = readFileSync(join(dist, file), 'utf8');
    const statements = text.matchAll(/(?:\bfrom|\bimport|\brequire)\s*\(?\s*['"]([^'"]+)['"]/g);
    return [...statements].map(([, specifier = '']) => {
      const path = relative(dist, join(dist, dirname(file), specifier));
      return { file, target: specifier.startsWith('.') ? path : specifier };
    });
  });
}

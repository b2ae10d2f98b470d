import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Example, listSources } from './extract-examples.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const tsc = join(root, 'node_modules/typescript/bin/tsc');

/** Code is compiled behind one line of imports. */
const linesBeforeCode = 1;

/**
 * Compiles examples in one program and returns the errors of each one, such as
 * `shared/entra.ts:31: Cannot find name 'x'.`
 *
 * An example may use every export of `shared` without importing it, and the variables that
 * `example-variables.d.ts` declares.
 */
export function compileExamples(examples: readonly Example[]): readonly (readonly string[])[] {
  // Packages are resolved from the folder of a file upwards, so this folder is in the repository.
  const folder = join(root, '.local', `examples-${randomUUID()}`);
  mkdirSync(folder, { recursive: true });
  try {
    const exports = listExports();
    examples.forEach((example, index) => {
      const code = `${writeImports(example, exports)}\n${example.code}\nexport {};\n`;
      writeFileSync(join(folder, `${index}.ts`), code);
    });
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(compilerConfig));
    const { stdout } = spawnSync(
      process.execPath,
      [tsc, '--project', folder, '--pretty', 'false'],
      {
        cwd: folder,
        encoding: 'utf8',
      },
    );
    const errors = [...stdout.matchAll(/^(\S+?)\((\d+),\d+\): error TS\d+: (.*)$/gm)];
    const unrelated = errors.filter(([, file]) => !/^\d+\.ts$/.test(file ?? ''));
    if (unrelated.length > 0) throw new Error(`The examples cannot be compiled:\n${stdout}`);
    return examples.map(({ file, line }, index) =>
      errors
        .filter(([, name]) => name === `${index}.ts`)
        .map(
          ([, , at, message]) => `${file}:${line + Number(at) - 1 - linesBeforeCode}: ${message}`,
        ),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const compilerConfig = {
  extends: join(root, 'test/tsconfig.json'),
  compilerOptions: {
    rootDir: root,
    verbatimModuleSyntax: false,
    rewriteRelativeImportExtensions: false,
    allowImportingTsExtensions: true,
    noEmit: true,
    noUnusedLocals: false,
    noUnusedParameters: false,
    allowUnreachableCode: true,
    paths: {
      'zero-trust-api': [join(root, 'shared/index.ts')],
      'zero-trust-api/browser': [join(root, 'shared/browser/index.ts')],
      'zero-trust-api/*': [join(root, 'shared/*.ts')],
    },
  },
  include: ['.'],
  files: [join(root, 'test/package/example-variables.d.ts')],
};

/** The names that a source file exports. */
interface FileExports {
  readonly file: string;
  readonly names: readonly string[];
}

function listExports(): readonly FileExports[] {
  const declaration = /^export (?:async )?(?:function|const|class|type|interface) (\w+)/gm;
  return listSources('shared').map((file) => ({
    file,
    names: [...readFileSync(join(root, file), 'utf8').matchAll(declaration)].map(
      ([, name = '']) => name,
    ),
  }));
}

/** Imports the exports that an example mentions but does not declare, from its own file first. */
function writeImports({ file, code }: Example, exports: readonly FileExports[]): string {
  const taken = new Set(declaredNames(code));
  const own = exports.filter((source) => source.file === file);
  const statements = [...own, ...exports].flatMap((source) => {
    const names = source.names.filter(
      (name) => !taken.has(name) && new RegExp(`\\b${name}\\b`).test(code),
    );
    for (const name of names) taken.add(name);
    if (names.length === 0) return [];
    return [`import { ${names.join(', ')} } from '${join(root, source.file)}';`];
  });
  return statements.join(' ');
}

/** The names that code declares or imports itself. */
function declaredNames(code: string): readonly string[] {
  const declarations = code.matchAll(
    /\b(?:const|let|function|class|type|interface|import)\s+(\{[^}]*\}|\[[^\]]*\]|\w+)/g,
  );
  return [...declarations].flatMap(([, pattern = '']) => pattern.match(/\w+/g) ?? []);
}

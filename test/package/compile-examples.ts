import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageValues, variablesOf } from './example-variables.ts';
import { type Example, listSources } from './extract-examples.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const tsc = join(root, 'node_modules/typescript/bin/tsc');

/** Code is compiled behind one line of imports and declarations. */
const linesBeforeCode = 1;

/**
 * Compiles examples in one program and returns the errors of each one, such as
 * `shared/entra.ts:31: Cannot find name 'x'.`
 *
 * An example may use every export of `shared` without importing it, and what
 * `example-variables.ts` lists.
 */
export function compileExamples(examples: readonly Example[]): readonly (readonly string[])[] {
  // Packages are resolved from the folder of a file upwards, so this folder is in the repository.
  const folder = join(root, '.local', `examples-${randomUUID()}`);
  mkdirSync(folder, { recursive: true });
  try {
    const exports = listExports();
    examples.forEach((example, index) => {
      const code = `${writeHeader(example, exports)}\n${example.code}\nexport {};\n`;
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
  },
  include: ['.'],
};

/** The names that a source file exports. */
interface FileExports {
  /** The path of the file, relative to the root of the repository. */
  readonly file: string;
  /** The absolute path of the file. */
  readonly module: string;
  readonly names: readonly string[];
}

function listExports(): readonly FileExports[] {
  const declaration = /^export (?:async )?(?:function|const|class|type|interface) (\w+)/gm;
  return listSources('shared').map((file) => ({
    file,
    module: join(root, file),
    names: [...readFileSync(join(root, file), 'utf8').matchAll(declaration)].map(
      ([, name = '']) => name,
    ),
  }));
}

/** Declares and imports what an example mentions and does not declare itself, in one line. */
function writeHeader({ file, code }: Example, exports: readonly FileExports[]): string {
  const taken = new Set(declaredNames(code));
  const isMissing = (name: string, text: string) =>
    // A name after one dot is a property; after three dots it is not.
    !taken.has(name) && new RegExp(`(?<!\\w|(?<!\\.\\.)\\.)${name}\\b`).test(text);

  const variables = Object.entries(variablesOf(file)).filter(([name]) => isMissing(name, code));
  const declarations = variables.map(([name, type]) => `declare let ${name}: ${type};`).join(' ');
  for (const [name] of variables) taken.add(name);

  const modules = [
    ...exports.filter((source) => source.file === file),
    ...exports,
    ...Object.entries(packageValues).map(([name, module]) => ({ module, names: [name] })),
  ];
  const imports = modules.flatMap(({ module, names }) => {
    const missing = names.filter((name) => isMissing(name, `${code}\n${declarations}`));
    for (const name of missing) taken.add(name);
    return missing.length > 0 ? [`import { ${missing.join(', ')} } from '${module}';`] : [];
  });
  return [...imports, declarations].join(' ');
}

/** The names that code declares or imports itself. */
function declaredNames(code: string): readonly string[] {
  const keyword = /\b(?:const|let|function|class|type|interface|import\s+type|import)\s+/;
  const names = /(\{[^}]*\}|\[[^\]]*\]|\w+)/;
  const declarations = code.matchAll(new RegExp(keyword.source + names.source, 'g'));
  return [...declarations].flatMap(([, pattern = '']) => pattern.match(/\w+/g) ?? []);
}

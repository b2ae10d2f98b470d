import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
const source = join(root, 'shared');
const run = promisify(execFile);

/** The packed module. */
export interface PackedModule {
  /** The absolute path of the tarball. */
  readonly tarball: string;
  /** The size of the tarball in bytes. */
  readonly packedBytes: number;
  /** The size of the files in it in bytes. */
  readonly unpackedBytes: number;
  /** The number of files in it. */
  readonly fileCount: number;
}

/**
 * Compiles `shared` to JavaScript and declarations and packs it as an npm package in `packaged`.
 * Only files that an entry of the package imports are packed.
 * @throws Error with the output of the compiler or of npm
 */
export async function packModule(): Promise<PackedModule> {
  // TypeScript looks for the types of Node above its tsconfig.json, so the draft is in this folder.
  const draft = join(root, '.local', `module-${randomUUID()}`);
  const content = join(draft, 'content');
  try {
    await mkdir(content, { recursive: true });
    await compile(draft, content);
    await Promise.all([
      copyFile(join(source, 'package.json'), join(content, 'package.json')),
      copyFile(join(source, 'README.md'), join(content, 'README.md')),
      copyFile(join(root, 'LICENSE'), join(content, 'LICENSE')),
    ]);
    return await pack(draft, content);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Compiles the entries for Node with the types of Node, and those for browsers with theirs. */
async function compile(draft: string, content: string): Promise<void> {
  const entries = await listEntries();
  const isForBrowsers = (entry: string) => relative(source, entry).startsWith('browser');
  await compileEntries(
    entries.filter((entry) => !isForBrowsers(entry)),
    join(draft, 'node.json'),
    { outDir: content },
  );
  await compileEntries(entries.filter(isForBrowsers), join(draft, 'browser.json'), {
    outDir: content,
    lib: ['es2024', 'dom', 'dom.iterable'],
    types: [],
  });
  await rewriteDeclarations(content);
}

/** @param project the path of the tsconfig file to write */
async function compileEntries(
  entries: readonly string[],
  project: string,
  compilerOptions: Readonly<Record<string, unknown>>,
): Promise<void> {
  const config = {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: { rootDir: source, declaration: true, sourceMap: false, ...compilerOptions },
    files: entries,
    include: [],
  };
  await writeFile(project, JSON.stringify(config));
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  try {
    await run(process.execPath, [tsc, '--project', project, '--pretty', 'false']);
  } catch (error) {
    throw new Error(`The module does not compile:\n${outputOf(error)}`);
  }
}

/** Lists the source files of the entries that the package exports, as absolute paths. */
export async function listEntries(): Promise<readonly string[]> {
  const manifest = JSON.parse(await readFile(join(source, 'package.json'), 'utf8'));
  const targets = Object.values<string | { readonly default: string }>(manifest.exports);
  return targets
    .filter((target) => typeof target === 'object')
    .map((target) => join(source, target.default.replace(/\.js$/, '.ts')));
}

/** tsc rewrites `.ts` in the import specifiers of JavaScript, but not in those of declarations. */
async function rewriteDeclarations(folder: string): Promise<void> {
  const names = await readdir(folder, { recursive: true });
  const declarations = names.filter((name) => name.endsWith('.d.ts'));
  await Promise.all(
    declarations.map(async (name) => {
      const text = await readFile(join(folder, name), 'utf8');
      await writeFile(join(folder, name), rewriteSpecifiers(text));
    }),
  );
}

/**
 * Replaces `.ts` by `.js` in the relative import specifiers of a declaration file.
 *
 * @example
 * rewriteSpecifiers("import type { Keys } from './token/keys.ts';");
 * // import type { Keys } from './token/keys.js';
 */
export function rewriteSpecifiers(declaration: string): string {
  return declaration.replace(/(\b(?:from|import)\s*\(?\s*(["'])\.[^"']*)\.ts\2/g, '$1.js$2');
}

interface PackReport {
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly entryCount: number;
}

/** Packs a folder. The tarball appears in `packaged` only when it is complete. */
async function pack(draft: string, content: string): Promise<PackedModule> {
  const report = await runNpmPack(draft, content);
  const tarball = join(root, 'packaged', report.filename);
  await mkdir(join(root, 'packaged'), { recursive: true });
  await rename(join(draft, report.filename), tarball);
  return {
    tarball,
    packedBytes: report.size,
    unpackedBytes: report.unpackedSize,
    fileCount: report.entryCount,
  };
}

async function runNpmPack(draft: string, content: string): Promise<PackReport> {
  const args = ['pack', '--json', '--pack-destination', draft];
  try {
    // npm is a batch file on Windows, which needs a shell.
    const shell = process.platform === 'win32';
    const { stdout } = await run('npm', args, { cwd: content, shell });
    // npm 11 prints an array, npm 12 an object by package name.
    const [report] = Object.values<PackReport>(JSON.parse(stdout));
    if (!report) throw new Error('npm pack printed no package.');
    return report;
  } catch (error) {
    throw new Error(`npm pack failed:\n${outputOf(error)}`);
  }
}

/** The output of a program that failed, or the message of any other error. */
function outputOf(error: unknown): string {
  const { stdout, stderr, message } = error as Partial<
    Record<'stdout' | 'stderr' | 'message', string>
  >;
  return `${stdout ?? ''}${stderr ?? ''}`.trim() || String(message);
}

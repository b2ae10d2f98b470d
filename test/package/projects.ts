import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const tsc = join(root, 'node_modules/typescript-5/bin/tsc');

/** A project that uses the package. */
export interface Project {
  /** What the project is an example of. */
  readonly name: string;
  /** The name of its folder. */
  readonly folder: string;
  /** The type of its modules in package.json. */
  readonly type: 'commonjs' | 'module';
  /** The options of its tsconfig.json. Without them, `tsc --init` writes it. */
  readonly compilerOptions?: Readonly<Record<string, unknown>>;
  /** Whether esbuild bundles the sources. The compiler then only checks them. */
  readonly bundles?: boolean;
}

/** The projects. They share the `node_modules` of the folder above them. */
export const projects: readonly Project[] = [
  {
    // https://learn.microsoft.com/azure/azure-functions/create-first-function-vs-code-typescript
    name: "Microsoft's Functions quickstart",
    folder: 'quickstart',
    type: 'commonjs',
    compilerOptions: {
      module: 'commonjs',
      target: 'es6',
      outDir: 'dist',
      rootDir: '.',
      sourceMap: true,
      strict: false,
    },
  },
  { name: 'tsc --init of TypeScript 5.9', folder: 'init', type: 'module' },
  {
    name: 'strict CommonJS with module nodenext',
    folder: 'nodenext',
    type: 'commonjs',
    compilerOptions: { module: 'nodenext', target: 'es2024', strict: true, outDir: 'dist' },
  },
  {
    name: 'a bundler',
    folder: 'bundler',
    type: 'commonjs',
    compilerOptions: {
      module: 'esnext',
      moduleResolution: 'bundler',
      target: 'es2024',
      strict: true,
      noEmit: true,
    },
    bundles: true,
  },
];

/** Writes a project with these source files, by name. */
export function writeProject(
  parent: string,
  { folder, type, compilerOptions }: Project,
  sources: Readonly<Record<string, string>>,
): void {
  const path = join(parent, folder);
  mkdirSync(join(path, 'src'), { recursive: true });
  writeFileSync(join(path, 'package.json'), JSON.stringify({ private: true, type }));
  for (const [name, code] of Object.entries(sources)) writeFileSync(join(path, 'src', name), code);
  if (compilerOptions)
    writeFileSync(join(path, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
  else runTsc(path, '--init');
}

/**
 * Compiles a project and, if it does so, bundles it.
 * @returns the output of the compiler, which is empty if there is no error
 */
export async function compileProject(parent: string, project: Project): Promise<string> {
  const path = join(parent, project.folder);
  const output = runTsc(path, '--project', '.', '--pretty', 'false');
  if (project.bundles) await bundle(path);
  return output;
}

/** The path of a compiled source file. */
export function compiledFile(parent: string, project: Project, name: string): string {
  const { outDir, rootDir, noEmit } = project.compilerOptions ?? {};
  const output = outDir !== undefined || noEmit ? 'dist' : 'src';
  const keepsSrc = rootDir === '.' ? 'src' : '';
  return join(parent, project.folder, output, keepsSrc, name.replace(/\.ts$/, '.js'));
}

function runTsc(cwd: string, ...args: readonly string[]): string {
  const { stdout } = spawnSync(process.execPath, [tsc, ...args], { cwd, encoding: 'utf8' });
  return stdout;
}

/** Bundles the sources into one file each. The one for browsers may contain nothing of Node. */
async function bundle(path: string): Promise<void> {
  const esbuild = await import('esbuild');
  const options = {
    absWorkingDir: path,
    outdir: 'dist',
    bundle: true,
    format: 'cjs',
    logLevel: 'silent',
  } as const;
  try {
    await esbuild.build({
      ...options,
      entryPoints: ['src/functions.ts', 'src/readme.ts', 'src/web.ts'],
      platform: 'node',
      // This module exists only inside a Functions worker.
      external: ['@azure/functions-core'],
    });
    await esbuild.build({ ...options, entryPoints: ['src/browser.ts'], platform: 'browser' });
  } finally {
    await esbuild.stop();
  }
}

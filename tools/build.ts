/** `npm run build`: compiles both APIs with tsc and bundles the Client App with esbuild. */
import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, extname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Command, runCommand } from './command-line.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const sources: readonly string[] = [
  'original-api',
  'downstream-api',
  'shared',
  'client-app',
  'tsconfig.json',
  'package.json',
  'package-lock.json',
  'tools/build.ts',
];

const command = {
  usage: ['npm run build'],
  description: 'Builds the APIs and the Client App into dist, unless dist is up to date.',
  options: {},
} as const satisfies Command;

/**
 * Builds the APIs and the Client App into `dist`, unless no source has changed since the last
 * build. Concurrent builds are safe: each builds into its own folder and renames that to `dist`.
 * @returns whether anything was built
 * @throws {Error} with the output of the compiler
 */
export async function build(signal?: AbortSignal): Promise<boolean> {
  const fingerprint = await fingerprintSources();
  if ((await readBuiltFingerprint()) === fingerprint) return false;
  // Source maps contain relative paths, so the draft must be in the same folder as `dist`.
  const draft = `${dist}-draft-${randomUUID()}`;
  try {
    await mkdir(draft, { recursive: true });
    await Promise.all([compileApis(draft, signal), bundleClientApp(join(draft, 'client-app'))]);
    await writeFile(join(draft, 'fingerprint'), fingerprint);
    await replaceDist(draft, fingerprint);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return true;
}

async function fingerprintSources(): Promise<string> {
  const hash = createHash('sha256');
  for (const source of sources) {
    for (const file of await listFiles(join(root, source))) {
      hash.update(`${relative(root, file)}\0`);
      hash.update(await readFile(file));
      hash.update('\0');
    }
  }
  return hash.digest('hex');
}

async function readBuiltFingerprint(): Promise<string | undefined> {
  try {
    return await readFile(join(dist, 'fingerprint'), 'utf8');
  } catch {
    return undefined;
  }
}

/** The files in a folder, without build output, or the path itself if it is a file. */
async function listFiles(path: string): Promise<string[]> {
  let entries: Awaited<ReturnType<typeof readFolder>>;
  try {
    entries = await readFolder(path);
  } catch {
    return [path];
  }
  return entries
    .filter((entry) => entry.isFile() && !isBuildOutput(entry.parentPath))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function readFolder(path: string) {
  return readdir(path, { recursive: true, withFileTypes: true });
}

function isBuildOutput(folder: string): boolean {
  return /[/\\](dist|node_modules)([/\\]|$)/.test(relative(root, folder));
}

function compileApis(folder: string, signal: AbortSignal | undefined): Promise<void> {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const args = [tsc, '--project', root, '--outDir', folder, '--pretty', 'false'];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      signal,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data) => {
        output += data;
      });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`The APIs do not compile:\n${output.trim()}`));
    });
  });
}

async function bundleClientApp(folder: string): Promise<void> {
  const source = join(root, 'client-app');
  const esbuild = await import('esbuild');
  await mkdir(folder, { recursive: true });
  await esbuild.build({
    entryPoints: { main: join(source, 'main.ts'), redirect: join(source, 'auth', 'redirect.ts') },
    outdir: folder,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    sourcemap: 'linked',
    logLevel: 'silent',
  });
  const files = await listFiles(source);
  const assets = files.filter((file) => ['.html', '.css'].includes(extname(file)));
  await Promise.all(assets.map((file) => copyFile(file, join(folder, basename(file)))));
  await esbuild.stop();
}

/**
 * Renames the draft to `dist`. If a concurrent build of the same sources was faster, its result
 * remains.
 */
async function replaceDist(draft: string, fingerprint: string): Promise<void> {
  const previous = `${draft}-previous`;
  try {
    await rename(dist, previous);
  } catch {
    // This is the first build.
  }
  try {
    await rename(draft, dist);
  } catch (error) {
    if ((await readBuiltFingerprint()) !== fingerprint) throw error;
  } finally {
    await rm(previous, { recursive: true, force: true });
  }
}

/** `import.meta.main` does not exist in the oldest Node that is supported. */
const isMain =
  process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url);

if (isMain) {
  await runCommand(command, async () => {
    const built = await build();
    console.log(built ? 'Built dist.' : 'dist is up to date.');
  });
}

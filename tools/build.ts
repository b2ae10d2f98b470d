import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, extname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const sources = [
  'original-api',
  'downstream-api',
  'shared',
  'client-app',
  'tsconfig.json',
  'package.json',
  'package-lock.json',
  'tools/build.ts',
];

/**
 * Builds what ships into `dist`: both APIs by tsc, the Client App by esbuild. Does nothing when no source changed since the last build.
 * Several at once do not harm each other: each builds in a folder of its own, and a finished build takes the place of `dist` by a rename.
 * @returns whether anything was built
 * @throws Error with the compiler's own output
 */
export async function build(signal?: AbortSignal): Promise<boolean> {
  const wanted = await fingerprint();
  if ((await builtFingerprint()) === wanted) return false;
  const folder = join(root, '.local', `build-${randomUUID()}`);
  try {
    await mkdir(folder, { recursive: true });
    await Promise.all([compileApis(folder, signal), bundleClientApp(join(folder, 'client-app'))]);
    await writeFile(join(folder, 'fingerprint'), wanted);
    await putInPlace(folder, wanted);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return true;
}

async function fingerprint(): Promise<string> {
  const hash = createHash('sha256');
  for (const source of sources) {
    for (const file of await listFiles(join(root, source)))
      hash
        .update(`${relative(root, file)}\0`)
        .update(await readFile(file))
        .update('\0');
  }
  return hash.digest('hex');
}

async function builtFingerprint(): Promise<string | undefined> {
  return readFile(join(dist, 'fingerprint'), 'utf8').catch(() => undefined);
}

async function listFiles(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(
    () => undefined,
  );
  if (!entries) return [path];
  return entries
    .filter(
      (entry) =>
        entry.isFile() &&
        !/[/\\](dist|node_modules)([/\\]|$)/.test(relative(root, entry.parentPath)),
    )
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function compileApis(folder: string, signal: AbortSignal | undefined): Promise<void> {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [tsc, '--project', root, '--outDir', folder, '--pretty', 'false'],
      {
        cwd: root,
        signal,
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data) => {
        output += data;
      });
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`The APIs do not compile:\n${output.trim()}`)),
    );
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
  const copied = (await listFiles(source)).filter((file) =>
    ['.html', '.css'].includes(extname(file)),
  );
  await Promise.all(copied.map((file) => copyFile(file, join(folder, basename(file)))));
  await esbuild.stop();
}

/** Of two builds that finish at the same moment, the second finds the first's in place, of the same sources, and drops its own. */
async function putInPlace(folder: string, wanted: string): Promise<void> {
  const old = `${folder}-old`;
  await rename(dist, old).catch(() => {});
  try {
    await rename(folder, dist);
  } catch (error) {
    if ((await builtFingerprint()) !== wanted) throw error;
  } finally {
    await rm(old, { recursive: true, force: true });
  }
}

// import.meta.main is younger than the oldest Node that runs this.
if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    console.log((await build()) ? 'Built dist.' : 'Nothing changed since the last build.');
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}

import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The errors of npm that mean that it cannot reach the registry. */
const networkErrors =
  /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT)\b/;

/**
 * Packs the module and installs it in a folder, with what a new TypeScript project for Azure
 * Functions has. The other optional peers are not installed.
 *
 * @returns why it is not installed, if the registry cannot be reached
 * @throws {Error} for any other failure
 */
export function installPackage(folder: string): string | undefined {
  const tarball = packModule();
  const { version } = readManifest('node_modules/@azure/functions/package.json');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true }));
  const { status, stdout, stderr } = spawnSync(
    'npm',
    [
      ...['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'],
      ...['--fetch-retries=1', '--fetch-retry-mintimeout=1000'],
      ...[tarball, `@azure/functions@${version}`, '@types/node@20.19.43'],
    ],
    { cwd: folder, encoding: 'utf8', shell: process.platform === 'win32' },
  );
  if (status === 0) return undefined;
  if (networkErrors.test(stderr)) return 'the npm registry cannot be reached';
  throw new Error(`npm install failed:\n${stdout}${stderr}`);
}

/** @returns the absolute path of the tarball */
export function packModule(): string {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, 'tools/package-shared.ts')],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(stderr);
  return stdout.trim().split('\n').at(-1) ?? '';
}

function readManifest(path: string): { readonly version: string } {
  return JSON.parse(readFileSync(join(root, path), 'utf8'));
}

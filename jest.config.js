/**
 * Makes `npx jest PATH` work without further flags. Plain JavaScript, so that an old Node can load
 * it and say which Node it needs.
 */
import { spawnSync } from 'node:child_process';
import vm from 'node:vm';
import { isNewEnough, minimumNode } from './tools/minimum-node.js';

if (!isNewEnough(process.versions.node)) {
  console.error(
    `The tests need Node ${minimumNode} or newer, but this is Node ${process.versions.node}. ` +
      'Install Node 24, or run `npm test -- PATH`, which downloads it.',
  );
  process.exit(1);
}

// Jest needs a flag of Node for ES modules. `npx jest` cannot pass it, so this runs jest again.
if (vm.SourceTextModule === undefined) {
  const { status } = spawnSync(
    process.execPath,
    [
      ...process.execArgv,
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      ...process.argv.slice(1),
    ],
    { stdio: 'inherit' },
  );
  process.exit(status ?? 1);
}

/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/test/support/strip-types.js' },
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.local'],
  injectGlobals: false,
  coverageProvider: 'v8',
  // Shared machines can be slow. The benchmark measures speed, and no test does.
  testTimeout: 60_000,
};

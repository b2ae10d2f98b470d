import type { Config } from 'jest';

const config: Config = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/test/support/strip-types.js' },
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.local'],
  injectGlobals: false,
  coverageProvider: 'v8',
  // A shared machine can be slow; how fast anything is, the bench says and no test.
  testTimeout: 60_000,
};

export default config;

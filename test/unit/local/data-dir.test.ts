import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { prepareDataDir } from '../../../local/data-dir.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'data-dir-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

test('creates the folder for its owner only', () => {
  const dataDir = join(folder, 'deep', 'data');
  prepareDataDir(dataDir, false);
  expect(statSync(dataDir).mode & 0o777).toBe(0o700);
});

test('keeps the files of an earlier start', () => {
  const dataDir = join(folder, 'data');
  prepareDataDir(dataDir, false);
  writeFileSync(join(dataDir, 'file'), 'x');
  prepareDataDir(dataDir, false);
  expect(existsSync(join(dataDir, 'file'))).toBe(true);
});

test('deletes the files of an earlier start if asked to', () => {
  const dataDir = join(folder, 'data');
  prepareDataDir(dataDir, false);
  writeFileSync(join(dataDir, 'file'), 'x');
  prepareDataDir(dataDir, true);
  expect(existsSync(join(dataDir, 'file'))).toBe(false);
});

test.each([{ fresh: false }, { fresh: true }])(
  'refuses a folder with other files and deletes nothing (fresh: $fresh)',
  ({ fresh }) => {
    mkdirSync(join(folder, 'photos'));
    expect(() => prepareDataDir(folder, fresh)).toThrow(
      /contains files .* EMULATOR_DATA_DIR to another folder/,
    );
    expect(existsSync(join(folder, 'photos'))).toBe(true);
  },
);

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

test('makes the folder for its owner only and keeps what is in it', () => {
  const data = join(folder, 'deep', 'data');
  prepareDataDir(data, false);
  writeFileSync(join(data, 'kept'), 'x');
  prepareDataDir(data, false);
  expect(existsSync(join(data, 'kept'))).toBe(true);
  expect(statSync(data).mode & 0o777).toBe(0o700);
});

test('fresh empties it', () => {
  const data = join(folder, 'data');
  prepareDataDir(data, false);
  writeFileSync(join(data, 'gone'), 'x');
  prepareDataDir(data, true);
  expect(existsSync(join(data, 'gone'))).toBe(false);
});

test("never touches a folder that holds something else, such as a person's own", () => {
  mkdirSync(join(folder, 'photos'));
  expect(() => prepareDataDir(folder, true)).toThrow("not the emulators's");
  expect(() => prepareDataDir(folder, false)).toThrow('EMULATOR_DATA_DIR');
  expect(existsSync(join(folder, 'photos'))).toBe(true);
});

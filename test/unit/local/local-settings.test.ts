import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createSingleHostSettings } from '../../../local/api-settings.ts';
import { writeLocalSettings } from '../../../local/local-settings.ts';
import { readPorts } from '../../../tools/ports.ts';
import { createEmulatorsDouble } from './emulators-double.ts';

const ports = readPorts({});
const emulators = createEmulatorsDouble();
const settings = createSingleHostSettings(emulators, ports);
let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'local-settings-'));
  file = join(folder, 'local.settings.json');
});

afterEach(() => rmSync(folder, { recursive: true }));

const readFile = () => JSON.parse(readFileSync(file, 'utf8'));

test('the example contains the settings of one host for both APIs, without its key', () => {
  const example = JSON.parse(
    readFileSync(new URL('../../../local.settings.example.json', import.meta.url), 'utf8'),
  );
  expect(example).toEqual({
    IsEncrypted: false,
    Values: { ...settings, IDENTITY_HEADER: '<npm run emulators fills this in>' },
  });
});

test('writes a missing file with the settings of these emulators', () => {
  const otherPort = createSingleHostSettings(emulators, { ...ports, original: 9071 });
  expect(writeLocalSettings(otherPort, file)).toBe(
    'Wrote local.settings.json for these emulators.',
  );
  expect(readFile().Values).toEqual(otherPort);
  expect(otherPort.DOWNSTREAM_API_URL).toBe('http://localhost:9071/api/downstream');
});

test('writes a file that only its owner can read', () => {
  writeLocalSettings(settings, file);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('leaves a file that matches as it is', () => {
  writeLocalSettings(settings, file);
  const before = readFileSync(file, 'utf8');
  expect(writeLocalSettings(settings, file)).toBe('local.settings.json matches these emulators.');
  expect(readFileSync(file, 'utf8')).toBe(before);
});

test('leaves a file of other emulators as it is and names the settings that differ', () => {
  const other = JSON.stringify({
    Values: { ...settings, IDENTITY_ENDPOINT: 'http://localhost:1/msi/token' },
  });
  writeFileSync(file, other);
  expect(writeLocalSettings(settings, file)).toMatch(
    /^local\.settings\.json .*\(IDENTITY_ENDPOINT differ\)\. Delete it .*$/,
  );
  expect(readFileSync(file, 'utf8')).toBe(other);
});

test('says so if the file is not JSON', () => {
  writeFileSync(file, '{ broken');
  expect(writeLocalSettings(settings, file)).toMatch(/is not valid JSON/);
});

test('updates only the identity key if the emulators have restarted', () => {
  const Values = { ...settings, IDENTITY_HEADER: 'of an earlier start', MINE: 'kept' };
  writeFileSync(file, JSON.stringify({ Values, Host: { LocalHttpPort: 7071 } }));
  expect(writeLocalSettings(settings, file)).toBe(
    'Updated IDENTITY_HEADER in local.settings.json.',
  );
  expect(readFile()).toEqual({
    Values: { ...settings, MINE: 'kept' },
    Host: { LocalHttpPort: 7071 },
  });
});

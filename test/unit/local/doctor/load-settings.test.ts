import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readDownstreamSettings } from '../../../../downstream-api/settings.ts';
import { loadSettings } from '../../../../local/doctor/load-settings.ts';
import { readOriginalSettings } from '../../../../original-api/settings.ts';

const missingFile = '/nowhere/local.settings.json';
const clientId = '12345678-0000-4000-8000-00000000000a';

let folder: string;
/** The environment of emulators that have left their files in `folder`. */
let environment: Record<string, string>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'doctor-'));
  writeFileSync(
    join(folder, 'control.json'),
    JSON.stringify({ origin: 'http://localhost:47990', token: 't' }),
  );
  writeFileSync(
    join(folder, 'identity-headers.json'),
    JSON.stringify({ 'original-api': 'o', 'downstream-api': 'd', 'func-start': 'f' }),
  );
  environment = {
    EMULATOR_DATA_DIR: folder,
    ORIGINAL_API_PORT: '47991',
    DOWNSTREAM_API_PORT: '47992',
    TABLE_PORT: '47993',
    CLIENT_APP_PORT: '47994',
  };
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function writeLocalSettings(text: string): string {
  const file = join(folder, 'local.settings.json');
  writeFileSync(file, text);
  return file;
}

async function loadEmulatorSettings() {
  const settings = await loadSettings({ environment, file: missingFile });
  if (!settings) throw new Error('The settings of the emulators were not found.');
  return settings;
}

test('returns undefined without a file, an environment and emulators', async () => {
  const settings = await loadSettings({
    environment: { EMULATOR_DATA_DIR: '/nowhere' },
    file: missingFile,
  });
  expect(settings).toBeUndefined();
});

describe('emulators', () => {
  test('provide valid settings for Original API', async () => {
    const settings = await loadEmulatorSettings();
    const original = readOriginalSettings(settings.original);
    expect(settings.source).toBe('the emulators at http://localhost:47990');
    expect(original.DOWNSTREAM_API_URL.href).toBe('http://localhost:47992/api/downstream');
    expect(settings.originalHealth?.href).toBe('http://localhost:47991/api/health');
  });

  test('provide valid settings for Downstream API', async () => {
    const { downstream } = await loadEmulatorSettings();
    const settings = readDownstreamSettings(downstream);
    expect(settings.IDENTITY_ENDPOINT).toBe('http://localhost:47990/msi/token');
    expect(settings.AZURE_STORAGE_TABLE_ENDPOINT.host).toBe('localhost:47993');
  });

  test('provide a separate managed identity for each API', async () => {
    const { original, downstream } = await loadEmulatorSettings();
    expect(original.IDENTITY_HEADER).toBe('o');
    expect(downstream.IDENTITY_HEADER).toBe('d');
    expect(original.AZURE_CLIENT_ID).not.toBe(downstream.AZURE_CLIENT_ID);
  });
});

describe('the environment', () => {
  beforeEach(() => {
    environment.ORIGINAL_API_CLIENT_ID = clientId;
  });

  test('takes precedence over the emulators when it contains a client id of an API', async () => {
    const settings = await loadSettings({ environment, file: missingFile });
    expect(settings).toMatchObject({
      source: 'the environment',
      original: environment,
      originalHealth: undefined,
    });
  });

  test('is ignored with emulatorsOnly', async () => {
    const settings = await loadSettings({ environment, file: missingFile, emulatorsOnly: true });
    expect(settings?.source).toMatch(/^the emulators/);
  });
});

describe('local.settings.json', () => {
  const text = JSON.stringify({
    Values: {
      DOWNSTREAM_API_URL: 'http://localhost:7071/api/downstream',
      ORIGINAL_API_CLIENT_ID: clientId,
    },
  });

  test('takes precedence over the environment and the emulators', async () => {
    const file = writeLocalSettings(text);
    environment.ORIGINAL_API_CLIENT_ID = clientId;
    const settings = await loadSettings({ environment, file });
    expect(settings?.source).toMatch(/^local\.settings\.json/);
  });

  test('locates both APIs at the same origin', async () => {
    const settings = await loadSettings({ environment, file: writeLocalSettings(text) });
    expect(settings?.originalHealth?.href).toBe('http://localhost:7071/api/health');
  });

  test('is ignored with emulatorsOnly', async () => {
    const file = writeLocalSettings(text);
    const settings = await loadSettings({ environment, file, emulatorsOnly: true });
    expect(settings?.source).toMatch(/^the emulators/);
  });

  test('causes an error when it is not valid JSON', async () => {
    const file = writeLocalSettings('{');
    await expect(loadSettings({ environment: {}, file })).rejects.toThrow(
      'local.settings.json is not valid JSON',
    );
  });
});

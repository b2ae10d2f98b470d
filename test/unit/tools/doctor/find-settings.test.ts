import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readDownstreamSettings } from '../../../../downstream-api/settings.ts';
import { findSettings } from '../../../../local/doctor/find-settings.ts';
import { readSurroundings } from '../../../../tools/doctor/surroundings.ts';
import { readOriginalSettings } from '../../../../original-api/settings.ts';

let folder: string;
let standing: Record<string, string>;
const none = '/nowhere/local.settings.json';
const id = '12345678-0000-4000-8000-00000000000a';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'doctor-'));
  writeFileSync(
    join(folder, 'control.json'),
    JSON.stringify({ origin: 'http://localhost:47990', token: 't' }),
  );
  writeFileSync(
    join(folder, 'identity-headers.json'),
    JSON.stringify({ 'original-api': 'o', 'downstream-api': 'd', 'func-start': 'f' }),
  );
  standing = {
    EMULATOR_DATA_DIR: folder,
    ORIGINAL_API_PORT: '47991',
    DOWNSTREAM_API_PORT: '47992',
    TABLE_PORT: '47993',
    CLIENT_APP_PORT: '47994',
  };
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function writeFile(text: string): string {
  const file = join(folder, 'local.settings.json');
  writeFileSync(file, text);
  return file;
}

test('without file, environment or emulators there are no settings', async () => {
  expect(
    await findSettings({ environment: { EMULATOR_DATA_DIR: '/nowhere' }, file: none }),
  ).toBeUndefined();
});

test('emulators gives both APIs all their settings, each its own identity, on the ports of the environment', async () => {
  const found = await findSettings({ environment: standing, file: none });
  if (!found) throw new Error('no settings');
  expect(found.source).toBe('the emulators at http://localhost:47990');
  expect(readOriginalSettings(found.original).DOWNSTREAM_API_URL.href).toBe(
    'http://localhost:47992/api/downstream',
  );
  expect(readDownstreamSettings(found.downstream)).toMatchObject({
    IDENTITY_HEADER: 'd',
    IDENTITY_ENDPOINT: 'http://localhost:47990/msi/token',
  });
  expect(readDownstreamSettings(found.downstream).AZURE_STORAGE_TABLE_ENDPOINT.host).toBe(
    'localhost:47993',
  );
  expect(found.original.IDENTITY_HEADER).toBe('o');
  expect(found.original.AZURE_CLIENT_ID).not.toBe(found.downstream.AZURE_CLIENT_ID);
  expect(found.originalHealth?.href).toBe('http://localhost:47991/api/health');
});

test('the environment comes before the emulators, once it names an API', async () => {
  const environment = { ...standing, ORIGINAL_API_CLIENT_ID: id };
  const found = await findSettings({ environment, file: none });
  expect(found).toMatchObject({
    source: 'the environment',
    original: environment,
    originalHealth: undefined,
  });
  expect((await findSettings({ environment, file: none, emulatorsOnly: true }))?.source).toMatch(
    /^the emulators/,
  );
});

test('local.settings.json comes before both, and its one host is both APIs', async () => {
  const file = writeFile(
    JSON.stringify({
      Values: {
        DOWNSTREAM_API_URL: 'http://localhost:7071/api/downstream',
        ORIGINAL_API_CLIENT_ID: id,
      },
    }),
  );
  const found = await findSettings({
    environment: { ...standing, ORIGINAL_API_CLIENT_ID: id },
    file,
  });
  expect(found?.source).toMatch(/^local\.settings\.json/);
  expect(found?.originalHealth?.href).toBe('http://localhost:7071/api/health');
  expect(
    (await findSettings({ environment: standing, file, emulatorsOnly: true }))?.source,
  ).toMatch(/^the emulators/);
});

test('a local.settings.json that cannot be read is said to be so', async () => {
  await expect(findSettings({ environment: {}, file: writeFile('{') })).rejects.toThrow(
    'local.settings.json is not JSON',
  );
});

test('surroundings take ids and authority from the settings, and the emulators’s ids where there are none', async () => {
  const found = await findSettings({ environment: standing, file: none });
  expect(readSurroundings(found).authorityHost?.origin).toBe('http://localhost:47990');
  expect(readSurroundings(undefined).authorityHost).toBeUndefined();
  expect(readSurroundings(undefined).apis.map(({ clientId }) => clientId)).toEqual(
    readSurroundings(found).apis.map(({ clientId }) => clientId),
  );
  const broken = { source: '', original: {}, downstream: {}, originalHealth: undefined };
  expect(readSurroundings(broken).authorityHost).toBeUndefined();
});

import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { apiSettings, oneHostSettings } from '../../../local/api-settings.ts';
import { readDirectory } from '../../../local/emulators/entra/directory.ts';
import { offerLocalSettings } from '../../../local/local-settings.ts';
import { readPorts } from '../../../tools/ports.ts';
import type { Emulators } from '../../../local/emulators/emulators.ts';

const ports = readPorts({});
const clientAppOrigin = 'http://localhost:5173';
const directory = readDirectory(undefined, clientAppOrigin);
const identity = (name: string) => ({
  clientId: directory.identity(name)?.clientId ?? '',
  header: `header-of-${name}`,
});
const emulators = {
  context: { origin: 'http://localhost:7070', clientAppOrigin, directory },
  tableEndpoint: 'http://localhost:10002/devstoreaccount1',
  identities: {
    'original-api': identity('original-api'),
    'downstream-api': identity('downstream-api'),
    'func-start': identity('func-start'),
  },
} as Emulators;

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'local-settings-'));
  file = join(folder, 'local.settings.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

test('the example holds exactly what one host for both APIs needs, but for the key to its identity', () => {
  const example = JSON.parse(
    readFileSync(new URL('../../../local.settings.example.json', import.meta.url), 'utf8'),
  );
  expect(example).toEqual({
    IsEncrypted: false,
    Values: {
      ...oneHostSettings(emulators, ports),
      IDENTITY_HEADER: '<npm run emulators fills this in>',
    },
  });
});

test('writes the file for its owner only where there is none, for the ports of this run', () => {
  const settings = oneHostSettings(emulators, { ...ports, original: 9071 });
  expect(offerLocalSettings(settings, file)).toBe('Wrote local.settings.json for this emulators.');
  expect(JSON.parse(readFileSync(file, 'utf8')).Values).toEqual(settings);
  expect(settings.DOWNSTREAM_API_URL).toBe('http://localhost:9071/api/downstream');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(offerLocalSettings(settings, file)).toBe('local.settings.json fits this emulators.');
});

test('leaves a file of another emulators alone and says in one line what is stale', () => {
  const own = JSON.stringify({
    Values: {
      ...oneHostSettings(emulators, ports),
      IDENTITY_ENDPOINT: 'http://localhost:1/msi/token',
    },
  });
  writeFileSync(file, own);
  expect(offerLocalSettings(oneHostSettings(emulators, ports), file)).toMatch(
    /^local\.settings\.json .*\(IDENTITY_ENDPOINT\): delete it .*$/,
  );
  expect(readFileSync(file, 'utf8')).toBe(own);
  writeFileSync(file, '{ broken');
  expect(offerLocalSettings(oneHostSettings(emulators, ports), file)).toMatch(/cannot be read/);
});

test('gives a file of the same emulators, begun anew, its new key and changes nothing else', () => {
  const settings = oneHostSettings(emulators, ports);
  writeFileSync(
    file,
    JSON.stringify({
      Values: { ...settings, IDENTITY_HEADER: 'of yesterday', MINE: 'kept' },
      Host: { LocalHttpPort: 7071 },
    }),
  );
  expect(offerLocalSettings(settings, file)).toMatch(/^Wrote the new IDENTITY_HEADER/);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
    Values: { ...settings, MINE: 'kept' },
    Host: { LocalHttpPort: 7071 },
  });
});

test('each API gets the settings it reads, its own identity, and nothing of the shell but what a process needs', () => {
  process.env.AZURE_CLIENT_SECRET = 'from the shell';
  process.env.AZURE_TENANT_ID = 'from the shell';
  process.env.HTTP_PROXY = 'http://proxy.example';
  try {
    const original = apiSettings('original-api', emulators, ports, {});
    const downstream = apiSettings('downstream-api', emulators, ports, {});
    expect(JSON.stringify([original, downstream])).not.toMatch(/from the shell|proxy\.example/);
    expect(original).toMatchObject({
      IDENTITY_HEADER: 'header-of-original-api',
      AZURE_CLIENT_ID: identity('original-api').clientId,
    });
    expect(downstream).toMatchObject({
      IDENTITY_HEADER: 'header-of-downstream-api',
      AZURE_CLIENT_ID: identity('downstream-api').clientId,
    });
    expect(original).not.toHaveProperty('AZURE_STORAGE_TABLE_ENDPOINT');
    expect(Object.keys(downstream)).not.toEqual(
      expect.arrayContaining([
        expect.stringMatching(/VAULT|CREDENTIAL|ORIGINS|DOWNSTREAM_API_URL/),
      ]),
    );
  } finally {
    for (const name of ['AZURE_CLIENT_SECRET', 'AZURE_TENANT_ID', 'HTTP_PROXY'])
      delete process.env[name];
  }
});

test('a setting given by hand wins, and a client secret is looked for under its own name', () => {
  const settings = apiSettings('original-api', emulators, ports, {
    CLIENT_CREDENTIAL: 'key-vault-secret',
    DOWNSTREAM_API_URL: 'http://localhost:1',
  });
  expect(settings).toMatchObject({
    CLIENT_CREDENTIAL_NAME: 'zero-trust-original-api-secret',
    DOWNSTREAM_API_URL: 'http://localhost:1',
  });
  const named = apiSettings('original-api', emulators, ports, {
    CLIENT_CREDENTIAL: 'key-vault-secret',
    CLIENT_CREDENTIAL_NAME: 'mine',
  });
  expect(named.CLIENT_CREDENTIAL_NAME).toBe('mine');
});

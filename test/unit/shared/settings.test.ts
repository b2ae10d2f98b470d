import { expect, test } from '@jest/globals';
import * as v from 'valibot';
import { readDownstreamSettings } from '../../../downstream-api/settings.ts';
import { readOriginalSettings } from '../../../original-api/settings.ts';
import { readSettings } from '../../../shared/settings.ts';

const guid = (digit: string) => `${digit.repeat(8)}-0000-4000-8000-${digit.repeat(12)}`;
const good = {
  AZURE_TENANT_ID: guid('A'),
  ORIGINAL_API_CLIENT_ID: guid('b'),
  DOWNSTREAM_API_CLIENT_ID: guid('c'),
  CLIENT_APP_IDS: `${guid('d')}, ${guid('e')}`,
  ALLOWED_ORIGINS: 'https://app.contoso.example,http://localhost:5173',
  DOWNSTREAM_API_URL: 'https://downstream.contoso.example/api/downstream',
  AZURE_KEY_VAULT_ENDPOINT: 'https://vault.contoso.example',
  CLIENT_CREDENTIAL_NAME: 'original-api',
  AZURE_STORAGE_TABLE_ENDPOINT: 'https://store.contoso.example',
};

const linesOf = (read: () => unknown): string[] => {
  try {
    read();
  } catch (error) {
    return (error as Error).message.split('\n').slice(1);
  }
  return [];
};

test('reads both apps, with defaults, GUIDs in lower case and lists', () => {
  expect(readOriginalSettings(good)).toMatchObject({
    AZURE_TENANT_ID: guid('a'),
    ALLOWED_TENANT_IDS: undefined,
    AZURE_AUTHORITY_HOST: new URL('https://login.microsoftonline.com'),
    CLIENT_APP_IDS: [guid('d'), guid('e')],
    CLIENT_CREDENTIAL: 'key-vault-certificate',
  });
  expect(readDownstreamSettings(good)).toMatchObject({
    STEP_UP_AUTH_CONTEXT: 'c1',
    AZURE_CLIENT_ID: undefined,
  });
});

test('names every setting that is missing in one error', () => {
  const lines = linesOf(() => readOriginalSettings({ AZURE_TENANT_ID: '  ' }));
  expect(lines.map((line) => line.split(' ')[3])).toEqual([
    'AZURE_TENANT_ID',
    'ORIGINAL_API_CLIENT_ID',
    'DOWNSTREAM_API_CLIENT_ID',
    'CLIENT_APP_IDS',
    'ALLOWED_ORIGINS',
    'DOWNSTREAM_API_URL',
    'AZURE_KEY_VAULT_ENDPOINT',
    'CLIENT_CREDENTIAL_NAME',
  ]);
});

test('asks for no vault in the secretless mode', () => {
  const { AZURE_KEY_VAULT_ENDPOINT: _vault, CLIENT_CREDENTIAL_NAME: _name, ...rest } = good;
  expect(
    linesOf(() => readOriginalSettings({ ...rest, CLIENT_CREDENTIAL: 'managed-identity' })),
  ).toEqual([]);
});

const bad: [keyof typeof good | 'CLIENT_CREDENTIAL' | 'AZURE_AUTHORITY_HOST', string][] = [
  ['AZURE_TENANT_ID', 'contoso'],
  ['CLIENT_APP_IDS', `${guid('a')},`],
  ['ALLOWED_ORIGINS', '*'],
  ['ALLOWED_ORIGINS', 'https://*.contoso.example'],
  ['ALLOWED_ORIGINS', 'https://app.contoso.example/'],
  ['ALLOWED_ORIGINS', 'http://app.contoso.example'],
  ['DOWNSTREAM_API_URL', 'http://downstream.contoso.example'],
  ['DOWNSTREAM_API_URL', 'https://user:password@downstream.contoso.example'],
  ['DOWNSTREAM_API_URL', 'https://downstream.contoso.example?x=1'],
  ['DOWNSTREAM_API_URL', 'https://downstream.contoso.example/#x'],
  ['DOWNSTREAM_API_URL', 'downstream.contoso.example'],
  ['DOWNSTREAM_API_URL', 'ftp://localhost'],
  ['AZURE_AUTHORITY_HOST', 'http://localhost.contoso.example'],
  ['AZURE_AUTHORITY_HOST', 'https://login.microsoftonline.com/contoso'],
  ['CLIENT_CREDENTIAL', 'hunter2'],
  ['CLIENT_CREDENTIAL_NAME', '../x'],
];
test.each(bad)('refuses %s=%s without repeating it', (name, value) => {
  const lines = linesOf(() => readOriginalSettings({ ...good, [name]: value }));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(`${name} must be`);
  if (value.length > 3) expect(lines[0]).not.toContain(value);
});

test('says what a bad one must be, in one sentence each, a list’s members included', () => {
  expect(
    linesOf(() =>
      readOriginalSettings({
        ...good,
        CLIENT_APP_IDS: 'x,y',
        AZURE_KEY_VAULT_ENDPOINT: 'http://u:p@vault/x',
      }),
    ),
  ).toEqual([
    '  - CLIENT_APP_IDS must be a comma list, each a GUID',
    '  - AZURE_KEY_VAULT_ENDPOINT must be an https URL (plain http only for localhost)',
  ]);
});

test('repeats no value even where a schema has no words of its own', () => {
  const schema = v.pipe(v.string(), v.email(), v.maxLength(3));
  expect(linesOf(() => readSettings({ NAME: schema }, { NAME: 'hunter2' }))).toEqual([
    '  - NAME must be well formed',
  ]);
});

test('refuses settings that are each well and together wrong', () => {
  const same = { ...good, DOWNSTREAM_API_CLIENT_ID: good.ORIGINAL_API_CLIENT_ID };
  expect(linesOf(() => readOriginalSettings(same))).toEqual([
    '  - ORIGINAL_API_CLIENT_ID and DOWNSTREAM_API_CLIENT_ID must be different app registrations',
  ]);
  expect(linesOf(() => readDownstreamSettings(same))).toHaveLength(1);
  expect(
    linesOf(() => readOriginalSettings({ ...good, CLIENT_APP_IDS: good.ORIGINAL_API_CLIENT_ID })),
  ).toEqual(['  - CLIENT_APP_IDS must name client apps, not the APIs']);
});

test('takes plain http for this machine only, and never on Azure', () => {
  const local = {
    ...good,
    AZURE_AUTHORITY_HOST: 'http://localhost:7070',
    DOWNSTREAM_API_URL: 'http://127.0.0.1:7072/api/downstream',
    AZURE_KEY_VAULT_ENDPOINT: 'http://[::1]:7070',
  };
  expect(linesOf(() => readOriginalSettings(local))).toEqual([]);
  // App Service and the older plans set the first, Flex Consumption the others and not the first.
  for (const name of ['WEBSITE_INSTANCE_ID', 'WEBSITE_SKU', 'LEGION_SERVICE_HOST'])
    expect(linesOf(() => readOriginalSettings({ ...local, [name]: 'abc' }))).toHaveLength(3);
  expect(
    linesOf(() =>
      readDownstreamSettings({
        ...good,
        AZURE_STORAGE_TABLE_ENDPOINT: 'http://localhost:10002',
        WEBSITE_INSTANCE_ID: 'abc',
      }),
    ),
  ).toHaveLength(1);
});

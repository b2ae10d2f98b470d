import { describe, expect, test } from '@jest/globals';
import * as v from 'valibot';
import { readDownstreamSettings } from '../../../downstream-api/settings.ts';
import { readOriginalSettings } from '../../../original-api/settings.ts';
import { readSettings, SettingsError } from '../../../shared/settings.ts';

const guid = (digit: string) => `${digit.repeat(8)}-0000-4000-8000-${digit.repeat(12)}`;

/** Valid settings for both APIs. */
const valid = {
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

/** The lines below the first one of the error, or none if the settings are valid. */
function problemsOf(read: () => unknown): string[] {
  try {
    read();
    return [];
  } catch (error) {
    return (error as Error).message.split('\n').slice(1);
  }
}

describe('valid settings', () => {
  test('of Original API are read, with defaults, GUIDs in lower case and lists', () => {
    expect(readOriginalSettings(valid)).toMatchObject({
      AZURE_TENANT_ID: guid('a'),
      ALLOWED_TENANT_IDS: undefined,
      AZURE_AUTHORITY_HOST: new URL('https://login.microsoftonline.com'),
      CLIENT_APP_IDS: [guid('d'), guid('e')],
      CLIENT_CREDENTIAL: 'key-vault-certificate',
    });
  });

  test('of Downstream API are read, with defaults', () => {
    expect(readDownstreamSettings(valid)).toMatchObject({
      STEP_UP_AUTH_CONTEXT: 'c1',
      AZURE_CLIENT_ID: undefined,
    });
  });

  test('need no vault when the credential is a managed identity', () => {
    const { AZURE_KEY_VAULT_ENDPOINT: _vault, CLIENT_CREDENTIAL_NAME: _name, ...rest } = valid;
    const settings = { ...rest, CLIENT_CREDENTIAL: 'managed-identity' };
    expect(problemsOf(() => readOriginalSettings(settings))).toEqual([]);
  });
});

describe('the error', () => {
  test('names every missing setting', () => {
    const problems = problemsOf(() => readOriginalSettings({ AZURE_TENANT_ID: '  ' }));
    const names = problems.map((line) => /- (\w+) must be set/.exec(line)?.[1]);
    expect(names).toEqual([
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

  test('says what an invalid setting and the items of a list must be', () => {
    const settings = {
      ...valid,
      CLIENT_APP_IDS: 'x,y',
      AZURE_KEY_VAULT_ENDPOINT: 'http://u:p@vault/x',
    };
    expect(problemsOf(() => readOriginalSettings(settings))).toEqual([
      '  - CLIENT_APP_IDS must be a comma-separated list in which each item is a GUID',
      '  - AZURE_KEY_VAULT_ENDPOINT must be an https URL (plain http only for localhost)',
    ]);
  });

  test('does not repeat a value even if the schema has no message of its own', () => {
    const schema = v.pipe(v.string(), v.email(), v.maxLength(3));
    expect(problemsOf(() => readSettings({ NAME: schema }, { NAME: 'hunter2' }))).toEqual([
      '  - NAME must be well formed',
    ]);
  });

  test.each([
    { problems: ['A must be set'], summary: '1 setting is missing or invalid.' },
    { problems: ['A must be set', 'B must be set'], summary: '2 settings are missing or invalid.' },
  ])('counts the problems: $summary', ({ problems, summary }) => {
    const [firstLine] = new SettingsError(problems).message.split('\n');
    expect(firstLine).toBe(`Invalid configuration: ${summary}`);
  });
});

test.each([
  { name: 'AZURE_TENANT_ID', value: 'contoso' },
  { name: 'CLIENT_APP_IDS', value: `${guid('a')},` },
  { name: 'ALLOWED_ORIGINS', value: '*' },
  { name: 'ALLOWED_ORIGINS', value: 'https://*.contoso.example' },
  { name: 'ALLOWED_ORIGINS', value: 'https://app.contoso.example/' },
  { name: 'ALLOWED_ORIGINS', value: 'http://app.contoso.example' },
  { name: 'DOWNSTREAM_API_URL', value: 'http://downstream.contoso.example' },
  { name: 'DOWNSTREAM_API_URL', value: 'https://user:password@downstream.contoso.example' },
  { name: 'DOWNSTREAM_API_URL', value: 'https://downstream.contoso.example?x=1' },
  { name: 'DOWNSTREAM_API_URL', value: 'https://downstream.contoso.example/#x' },
  { name: 'DOWNSTREAM_API_URL', value: 'downstream.contoso.example' },
  { name: 'DOWNSTREAM_API_URL', value: 'ftp://localhost' },
  { name: 'AZURE_AUTHORITY_HOST', value: 'http://localhost.contoso.example' },
  { name: 'AZURE_AUTHORITY_HOST', value: 'https://login.microsoftonline.com/contoso' },
  { name: 'CLIENT_CREDENTIAL', value: 'hunter2' },
  { name: 'CLIENT_CREDENTIAL_NAME', value: '../x' },
])('$name=$value is rejected without repeating the value', ({ name, value }) => {
  const problems = problemsOf(() => readOriginalSettings({ ...valid, [name]: value }));
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(`${name} must be`);
  // A short value such as `*` may be part of the message by chance.
  if (value.length > 3) expect(problems[0]).not.toContain(value);
});

describe('two APIs with one registration are rejected', () => {
  const settings = { ...valid, DOWNSTREAM_API_CLIENT_ID: valid.ORIGINAL_API_CLIENT_ID };

  test('by Original API', () => {
    expect(problemsOf(() => readOriginalSettings(settings))).toEqual([
      '  - ORIGINAL_API_CLIENT_ID and DOWNSTREAM_API_CLIENT_ID must be different app registrations',
    ]);
  });

  test('by Downstream API', () => {
    expect(problemsOf(() => readDownstreamSettings(settings))).toHaveLength(1);
  });
});

test('an API among the client apps is rejected', () => {
  const settings = { ...valid, CLIENT_APP_IDS: valid.ORIGINAL_API_CLIENT_ID };
  expect(problemsOf(() => readOriginalSettings(settings))).toEqual([
    '  - CLIENT_APP_IDS must name client apps, not the APIs',
  ]);
});

describe('plain http to this machine', () => {
  const original = {
    ...valid,
    AZURE_AUTHORITY_HOST: 'http://localhost:7070',
    DOWNSTREAM_API_URL: 'http://127.0.0.1:7072/api/downstream',
    AZURE_KEY_VAULT_ENDPOINT: 'http://[::1]:7070',
  };

  test('is accepted', () => {
    expect(problemsOf(() => readOriginalSettings(original))).toEqual([]);
  });

  // App Service and the older plans set the first, Flex Consumption the others and not the first.
  test.each(['WEBSITE_INSTANCE_ID', 'WEBSITE_SKU', 'LEGION_SERVICE_HOST'])(
    'is rejected on Azure, where %s is set',
    (variable) => {
      const settings = { ...original, [variable]: 'abc' };
      expect(problemsOf(() => readOriginalSettings(settings))).toHaveLength(3);
    },
  );

  test('is rejected on Azure by Downstream API', () => {
    const settings = {
      ...valid,
      AZURE_STORAGE_TABLE_ENDPOINT: 'http://localhost:10002',
      WEBSITE_INSTANCE_ID: 'abc',
    };
    expect(problemsOf(() => readDownstreamSettings(settings))).toHaveLength(1);
  });
});

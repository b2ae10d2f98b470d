import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createApiEnvironment } from '../../../local/api-settings.ts';
import { readPorts } from '../../../tools/ports.ts';
import { createEmulatorsDouble } from './emulators-double.ts';

const ports = readPorts({});
const emulators = createEmulatorsDouble();
const shellVariables = {
  AZURE_CLIENT_SECRET: 'from the shell',
  AZURE_TENANT_ID: 'from the shell',
  HTTP_PROXY: 'http://proxy.example',
};

beforeEach(() => void Object.assign(process.env, shellVariables));

afterEach(() => {
  for (const name of Object.keys(shellVariables)) delete process.env[name];
});

test.each(['original-api', 'downstream-api'] as const)(
  '%s gets its own identity and nothing of the shell that could change what it does',
  (api) => {
    const environment = createApiEnvironment(api, emulators, ports, {});
    expect(environment).toMatchObject({
      IDENTITY_HEADER: `header-of-${api}`,
      AZURE_CLIENT_ID: emulators.identities[api].clientId,
    });
    expect(JSON.stringify(environment)).not.toMatch(/from the shell|proxy\.example/);
  },
);

test('Original API gets no table endpoint', () => {
  const environment = createApiEnvironment('original-api', emulators, ports, {});
  expect(environment).not.toHaveProperty('AZURE_STORAGE_TABLE_ENDPOINT');
});

test('Downstream API gets no credential, no vault, no origins and no downstream URL', () => {
  const environment = createApiEnvironment('downstream-api', emulators, ports, {});
  const names = Object.keys(environment).join(' ');
  expect(names).not.toMatch(/VAULT|CREDENTIAL|ORIGINS|DOWNSTREAM_API_URL/);
});

test('an override replaces the default', () => {
  const environment = createApiEnvironment('original-api', emulators, ports, {
    DOWNSTREAM_API_URL: 'http://localhost:1',
  });
  expect(environment.DOWNSTREAM_API_URL).toBe('http://localhost:1');
});

test('a client secret has its own name in the vault', () => {
  const environment = createApiEnvironment('original-api', emulators, ports, {
    CLIENT_CREDENTIAL: 'key-vault-secret',
  });
  expect(environment.CLIENT_CREDENTIAL_NAME).toBe('zero-trust-original-api-secret');
});

test('an overridden credential name is used for a client secret too', () => {
  const environment = createApiEnvironment('original-api', emulators, ports, {
    CLIENT_CREDENTIAL: 'key-vault-secret',
    CLIENT_CREDENTIAL_NAME: 'mine',
  });
  expect(environment.CLIENT_CREDENTIAL_NAME).toBe('mine');
});

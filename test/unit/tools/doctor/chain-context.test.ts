import { describe, expect, test } from '@jest/globals';
import {
  createChainContext,
  describeApp,
  describeTenant,
  describeUser,
} from '../../../../tools/doctor/chain-context.ts';
import type { Directory } from '../../../../tools/doctor/directory.ts';

const originalId = '11111111-0000-4000-8000-000000000001';
const downstreamId = '11111111-0000-4000-8000-000000000002';
const clientId = '11111111-0000-4000-8000-000000000003';
const tenantId = '11111111-0000-4000-8000-000000000004';
const unknownId = '99999999-0000-4000-8000-000000000000';

const directory: Directory = {
  homeTenantId: 'home',
  clientAppId: 'client-of-directory',
  originalApi: { clientId: 'original-of-directory', scopes: ['Documents.Read'] },
  downstreamApi: { clientId: 'downstream-of-directory', scopes: ['Profile.Read'] },
  tenantName: (id) => (id === 'home' ? 'Contoso' : undefined),
  userName: (id) => (id === 'user' ? 'alice' : undefined),
  identityName: (id) => (id === 'identity' ? 'original-api' : undefined),
  appName: (id) => (id === 'app' ? 'Some App' : undefined),
  policyName: () => undefined,
};

const environment = {
  AZURE_TENANT_ID: tenantId,
  AZURE_AUTHORITY_HOST: 'https://login.example',
  ORIGINAL_API_CLIENT_ID: originalId,
  DOWNSTREAM_API_CLIENT_ID: downstreamId,
  CLIENT_APP_IDS: clientId,
  ALLOWED_ORIGINS: 'https://client.example',
  DOWNSTREAM_API_URL: 'https://downstream.example/api/downstream',
  AZURE_KEY_VAULT_ENDPOINT: 'https://vault.example',
  CLIENT_CREDENTIAL_NAME: 'credential',
  AZURE_STORAGE_TABLE_ENDPOINT: 'https://tables.example',
};

const validSettings = {
  source: 'a test',
  original: environment,
  downstream: environment,
  originalHealth: undefined,
};

describe('with valid settings', () => {
  const context = createChainContext({ directory, settings: validSettings });
  const [original, downstream] = context.apis;

  test('the authority is that of the settings', () => {
    expect(context.authorityHost?.origin).toBe('https://login.example');
  });

  test('Original API accepts the Client App, also as a public client', () => {
    expect(original.clientId).toBe(originalId);
    expect(original.clients).toEqual({ clientIds: [clientId], confidential: false });
    expect(original.tenantIds).toEqual([tenantId]);
  });

  test('Downstream API accepts only Original API, as a confidential client', () => {
    expect(downstream.clientId).toBe(downstreamId);
    expect(downstream.clients).toEqual({ clientIds: [originalId], confidential: true });
    expect(downstream.tenantIds).toEqual([tenantId]);
  });
});

describe.each([
  { title: 'without settings', settings: undefined },
  {
    title: 'with invalid settings',
    settings: { ...validSettings, original: {}, downstream: {} },
  },
])('$title', ({ settings }) => {
  const context = createChainContext({ directory, settings });
  const [original, downstream] = context.apis;

  test('there is no authority', () => {
    expect(context.authorityHost).toBeUndefined();
  });

  test('the ids are those of the directory', () => {
    expect(original.clientId).toBe('original-of-directory');
    expect(original.clients.clientIds).toEqual(['client-of-directory']);
    expect(original.tenantIds).toEqual(['home']);
    expect(downstream.clientId).toBe('downstream-of-directory');
    expect(downstream.clients.clientIds).toEqual(['original-of-directory']);
  });
});

describe('names', () => {
  const context = createChainContext({ directory, settings: undefined });

  test.each([
    { id: 'original-of-directory', text: 'Original API (original-of-directory)' },
    { id: 'api://downstream-of-directory', text: 'Downstream API (api://downstream-of-directory)' },
    { id: 'app', text: 'Some App (app)' },
    { id: 'https://vault.azure.net', text: 'Azure Key Vault (https://vault.azure.net)' },
    { id: unknownId, text: unknownId },
  ])('describes the app $id as "$text"', ({ id, text }) => {
    expect(describeApp(context, id)).toBe(text);
  });

  test.each([
    { id: 'user', text: 'alice (user)' },
    { id: 'identity', text: 'the managed identity of original-api (identity)' },
    { id: unknownId, text: unknownId },
  ])('describes the user $id as "$text"', ({ id, text }) => {
    expect(describeUser(context, id)).toBe(text);
  });

  test.each([
    { id: 'home', text: 'Contoso (home)' },
    { id: unknownId, text: unknownId },
  ])('describes the tenant $id as "$text"', ({ id, text }) => {
    expect(describeTenant(context, id)).toBe(text);
  });
});

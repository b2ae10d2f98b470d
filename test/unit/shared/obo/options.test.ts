import { describe, expect, test } from '@jest/globals';
import { createEntra } from '../../../../shared/entra.ts';
import { createDownstream } from '../../../../shared/http/downstream.ts';
import { federatedCredential } from '../../../../shared/obo/federated-credential.ts';
import {
  type KeyVaultOptions,
  keyVaultCertificate,
  keyVaultSecret,
} from '../../../../shared/obo/key-vault.ts';
import { createOnBehalfOf } from '../../../../shared/obo/on-behalf-of.ts';
import { tenantId } from '../../../support/issuer.ts';

const clientId = 'a11ce000-0000-4000-8000-000000000001';
const entra = createEntra({ tenantIds: [tenantId] });
const credential = federatedCredential();
const onBehalfOf = createOnBehalfOf({ entra, clientId, credential });

/** What JavaScript code may pass, without types. */
type Untyped = Record<string, unknown>;

describe.each([
  { name: 'keyVaultCertificate', create: keyVaultCertificate },
  { name: 'keyVaultSecret', create: keyVaultSecret },
])('$name', ({ create }) => {
  test.each<{ name: string; options: Untyped; message: string }>([
    { name: 'no URL', options: { vaultUrl: undefined }, message: 'vaultUrl must be an https URL' },
    {
      name: 'a host name',
      options: { vaultUrl: 'contoso.vault.azure.net' },
      message: 'vaultUrl must be an https URL',
    },
    {
      name: 'plain http',
      options: { vaultUrl: 'http://contoso.vault.azure.net' },
      message: 'vaultUrl must be an https URL',
    },
    { name: 'no name', options: { name: undefined }, message: 'name must be the name of' },
  ])('rejects $name', ({ options, message }) => {
    const valid = { vaultUrl: 'https://contoso.vault.azure.net', name: 'orders-api' };
    expect(() => create({ ...valid, ...options } as KeyVaultOptions)).toThrow(message);
  });
});

describe('createOnBehalfOf', () => {
  test.each<{ name: string; options: Untyped; message: string }>([
    {
      name: 'a client id that is not a GUID',
      options: { clientId: 'orders-api' },
      message: "clientId: 'orders-api' is not a client id",
    },
    {
      name: 'the options of createEntra in place of its result',
      options: { entra: { tenantIds: [tenantId] } },
      message: 'entra must be what createEntra returns',
    },
    {
      name: 'a secret in place of its source',
      options: { credential: 'a secret' },
      message: 'credential must be a source',
    },
    {
      name: 'no credential',
      options: { credential: undefined },
      message: 'credential must be a source',
    },
  ])('rejects $name', ({ options, message }) => {
    const valid = { entra, clientId, credential };
    expect(() => createOnBehalfOf({ ...valid, ...options })).toThrow(message);
  });
});

describe('createDownstream', () => {
  test.each<{ name: string; options: Untyped; message: string }>([
    {
      name: 'no exchange',
      options: { onBehalfOf: undefined },
      message: 'onBehalfOf must be what createOnBehalfOf returns',
    },
    {
      name: 'a scope that is not in a list',
      options: { scopes: 'https://graph.microsoft.com/User.Read' },
      message: 'scopes must be a list',
    },
  ])('rejects $name', ({ options, message }) => {
    const valid = { baseUrl: 'https://graph.microsoft.com/v1.0/', onBehalfOf };
    expect(() => createDownstream({ ...valid, ...options })).toThrow(message);
  });
});

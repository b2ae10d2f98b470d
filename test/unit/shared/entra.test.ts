import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createEntra, type EntraOptions } from '../../../shared/entra.ts';
import { clientApp, type Issuer, startIssuer, tenantId } from '../../support/issuer.ts';

describe('createEntra', () => {
  test('uses the public cloud by default', () => {
    const { authorityHost } = createEntra({ tenantIds: [tenantId] });
    expect(authorityHost.href).toBe('https://login.microsoftonline.com/');
  });

  test('writes tenant ids in lower case, as Entra ID does', () => {
    expect(createEntra({ tenantIds: [tenantId.toUpperCase()] }).tenantIds).toEqual([tenantId]);
  });

  test.each<{ name: string; options: EntraOptions; message: string }>([
    { name: 'no tenant', options: { tenantIds: [] }, message: 'tenantIds must contain' },
    {
      name: 'a tenant that is not a GUID',
      options: { tenantIds: [tenantId, 'common'] },
      message: 'tenantIds must contain',
    },
    {
      name: 'a tenant that is not in a list',
      options: { tenantIds: tenantId as never },
      message: 'tenantIds must contain',
    },
    {
      name: 'missing tenants',
      options: { tenantIds: undefined as never },
      message: 'tenantIds must contain',
    },
    {
      name: 'an authority that is no URL',
      options: { tenantIds: [tenantId], authorityHost: 'login.microsoftonline.com' },
      message: 'authorityHost must be an https URL',
    },
    {
      name: 'an authority with plain http',
      options: { tenantIds: [tenantId], authorityHost: 'http://login.example' },
      message: 'authorityHost must be an https URL',
    },
    {
      name: 'custom keys for something that is not a client id',
      options: { tenantIds: [tenantId], customSigningKeysFor: 'x&y' },
      message: 'customSigningKeysFor must be a client id',
    },
  ])('rejects $name', ({ options, message }) => {
    expect(() => createEntra(options)).toThrow(message);
  });
});

describe('the metadata', () => {
  let issuer: Issuer;
  let queries: (string | undefined)[];
  beforeAll(async () => {
    issuer = await startIssuer();
    issuer.respond('/openid-configuration', (request, response) => {
      const [, query] = (request.url ?? '').split('?');
      queries.push(query);
      const base = `${issuer.host.href}${tenantId}`;
      const document = {
        issuer: `${base}/v2.0`,
        jwks_uri: `${base}/discovery/v2.0/keys?appid=${clientApp}`,
        token_endpoint: `${base}/oauth2/v2.0/token`,
      };
      response.end(JSON.stringify(document));
    });
  });
  afterAll(() => issuer.close());

  test.each<{ name: string; options: Partial<EntraOptions>; query: string | undefined }>([
    { name: 'without a query', options: {}, query: undefined },
    {
      name: 'of an app with custom signing keys with its client id',
      options: { customSigningKeysFor: clientApp },
      query: `appid=${clientApp}`,
    },
  ])('is fetched $name', async ({ options, query }) => {
    queries = [];
    const entra = createEntra({ tenantIds: [tenantId], authorityHost: issuer.host, ...options });
    await entra.keys.keyOf(tenantId, '2.0', 'key-1');
    expect(queries).toEqual([query]);
  });
});

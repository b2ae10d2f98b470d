import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type EntraEmulator, type Json, startEntra } from './entra-emulator.ts';

let entra: EntraEmulator;
beforeAll(async () => {
  entra = await startEntra();
});
afterAll(() => entra.close());

async function fetchJson(path: string): Promise<Json> {
  const response = await fetch(entra.context.origin + path);
  return (await response.json()) as Json;
}

const contosoId = 'c0705000-0000-4000-8000-00000000c001';

describe.each([
  { segment: 'contoso', version: '/v2.0', tenant: contosoId, issuer: `/${contosoId}/v2.0` },
  { segment: 'contoso', version: '', tenant: contosoId, issuer: `/${contosoId}/` },
  { segment: 'common', version: '/v2.0', tenant: 'common', issuer: '/{tenantid}/v2.0' },
  { segment: 'organizations', version: '', tenant: 'organizations', issuer: '/{tenantid}/' },
])('/$segment$version', ({ segment, version, tenant, issuer }) => {
  test('has an OpenID configuration with issuer and endpoints', async () => {
    const { origin } = entra.context;

    expect(await fetchJson(`/${segment}${version}/.well-known/openid-configuration`)).toMatchObject(
      {
        issuer: origin + issuer,
        authorization_endpoint: `${origin}/${tenant}/oauth2${version}/authorize`,
        token_endpoint: `${origin}/${tenant}/oauth2${version}/token`,
        jwks_uri: `${origin}/${tenant}/discovery${version}/keys`,
        id_token_signing_alg_values_supported: ['RS256'],
      },
    );
  });

  test('publishes the signing key, with its issuer in v2.0', async () => {
    const { keys } = await fetchJson(`/${tenant}/discovery${version}/keys`);

    expect(keys).toEqual([
      {
        kty: 'RSA',
        use: 'sig',
        kid: expect.any(String),
        n: expect.any(String),
        e: 'AQAB',
        ...(version && { issuer: entra.context.origin + issuer }),
      },
    ]);
  });
});

test('publishes no private part of a key', async () => {
  const keys = JSON.stringify(await fetchJson('/common/discovery/v2.0/keys'));

  expect(keys).not.toMatch(/"(d|p|q|dp|dq|qi)":/);
});

test('instance discovery names its own host as the only alias', async () => {
  const { origin } = entra.context;
  const { host } = new URL(origin);
  const query = new URLSearchParams({
    'api-version': '1.1',
    authorization_endpoint: `${origin}/${entra.home}/oauth2/v2.0/authorize`,
  });

  expect(await fetchJson(`/common/discovery/instance?${query}`)).toMatchObject({
    tenant_discovery_endpoint: `${origin}/${entra.home}/v2.0/.well-known/openid-configuration`,
    metadata: [{ aliases: [host] }],
  });
});

test('responds with AADSTS90002 for an unknown tenant', async () => {
  expect(await fetchJson('/nowhere/v2.0/.well-known/openid-configuration')).toMatchObject({
    error_codes: [90002],
  });
});

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type EntraEmulator, type Json, startEntra } from './entra-emulator.ts';

let entra: EntraEmulator;
beforeAll(async () => {
  entra = await startEntra();
});
afterAll(() => entra.close());

async function get(path: string): Promise<Json> {
  return (await (await fetch(entra.context.origin + path)).json()) as Json;
}

test.each([
  ['contoso', '/v2.0', '/v2.0', true],
  ['contoso', '', '/', true],
  ['common', '/v2.0', '/v2.0', false],
  ['organizations', '', '/', false],
])('describes /%s%s: issuer, endpoints, keys', async (segment, version, end, known) => {
  const { origin } = entra.context;
  const metadata = await get(`/${segment}${version}/.well-known/openid-configuration`);
  const tenant = known ? entra.home : segment;
  expect(metadata).toMatchObject({
    issuer: `${origin}/${known ? entra.home : '{tenantid}'}${end}`,
    authorization_endpoint: `${origin}/${tenant}/oauth2${version}/authorize`,
    token_endpoint: `${origin}/${tenant}/oauth2${version}/token`,
    jwks_uri: `${origin}/${tenant}/discovery${version}/keys`,
    id_token_signing_alg_values_supported: ['RS256'],
  });
  const { keys } = await get(String(metadata.jwks_uri).slice(origin.length));
  expect(keys).toEqual([
    {
      kty: 'RSA',
      use: 'sig',
      kid: expect.any(String),
      n: expect.any(String),
      e: 'AQAB',
      ...(version && { issuer: metadata.issuer }),
    },
  ]);
});

test('publishes no private part of a key', async () => {
  const text = JSON.stringify(await get('/common/discovery/v2.0/keys'));
  expect(text).not.toMatch(/"(d|p|q|dp|dq|qi)":/);
});

test('knows its own instance', async () => {
  const { host } = new URL(entra.context.origin);
  const answer = await get(
    `/common/discovery/instance?api-version=1.1&authorization_endpoint=${entra.context.origin}/${entra.home}/oauth2/v2.0/authorize`,
  );
  expect(answer).toMatchObject({
    tenant_discovery_endpoint: `${entra.context.origin}/${entra.home}/v2.0/.well-known/openid-configuration`,
    metadata: [{ aliases: [host] }],
  });
});

test('names an unknown tenant', async () => {
  expect(await get('/nowhere/v2.0/.well-known/openid-configuration')).toMatchObject({
    error_codes: [90002],
  });
});

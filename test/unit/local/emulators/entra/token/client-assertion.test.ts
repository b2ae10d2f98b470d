import { createHash, createPrivateKey, randomUUID, X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { SignJWT } from 'jose';
import { type EntraEmulator, startEntra } from '../entra-emulator.ts';

let entra: EntraEmulator;
let original: string;
beforeAll(async () => {
  entra = await startEntra();
  original = entra.context.directory.app('original-api')?.appId ?? '';
});
afterAll(() => entra.close());

const digest = (algorithm: string, certificate: X509Certificate) =>
  createHash(algorithm).update(certificate.raw).digest('base64url');
const inAnHour = () => Math.floor(entra.context.now() / 1000) + 3_600;

/** Original's assertion as MSAL writes it; a test changes header or claims, `null` removes. */
async function sign({
  header = {},
  claims = {},
}: {
  header?: object;
  claims?: Record<string, unknown>;
}): Promise<string> {
  const pem = entra.context.credentials.vaultVersions('zero-trust-original-api')[0]?.value ?? '';
  const certificate = new X509Certificate(pem.slice(pem.indexOf('-----BEGIN CERTIFICATE')));
  const usual = {
    aud: `https://${new URL(entra.context.origin).host}/${entra.home}/oauth2/v2.0/token`,
    iss: original,
    sub: original,
    jti: randomUUID(),
    exp: inAnHour(),
    ...claims,
  };
  const kept = Object.fromEntries(Object.entries(usual).filter(([, value]) => value !== null));
  const protectedHeader = { alg: 'PS256', 'x5t#S256': digest('sha256', certificate), ...header };
  return new SignJWT(kept).setProtectedHeader(protectedHeader).sign(createPrivateKey(pem));
}

const post = async (asked: Parameters<typeof sign>[0], form: Record<string, string> = {}) =>
  (
    await entra.exchange({
      client_secret: '',
      client_assertion: await sign(asked),
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      ...form,
    })
  ).body;

test.each([
  ['PS256 and the SHA-256 thumbprint', {}],
  ['RS256', { header: { alg: 'RS256' } }],
  [
    'no thumbprint that Entra reads, since the key decides',
    { header: { 'x5t#S256': undefined, x5t: 'anything' } },
  ],
  ['an nbf half a second ahead', { claims: { nbf: inAnHourLess(3_599) } }],
])('accepts %s', async (_, asked) => {
  expect(await post(asked)).toHaveProperty('access_token');
});

function inAnHourLess(seconds: number): number {
  return Math.floor(Date.now() / 1000) + 3_600 - seconds;
}

test('accepts the http spelling of the token endpoint too', async () => {
  const aud = `${entra.context.origin}/${entra.home}/oauth2/v2.0/token`;
  expect(await post({ claims: { aud } })).toHaveProperty('access_token');
});

test.each([
  ['another audience', { claims: { aud: 'https://login.example/token' } }, 700027],
  ['no jti', { claims: { jti: null } }, 700027],
  ['another subject', { claims: { sub: 'somebody' } }, 700027],
  ['an unknown thumbprint', { header: { 'x5t#S256': 'AAAA' } }, 700027],
  ['no expiry', { claims: { exp: null } }, 700024],
  ['an expiry six minutes ago', { claims: { exp: inAnHourLess(3_960) } }, 700024],
  ['an nbf six minutes ahead', { claims: { nbf: inAnHourLess(3_240) } }, 700024],
  [
    'an issuer that is neither the app nor a federated one',
    { claims: { iss: 'x', sub: 'x' } },
    700211,
  ],
])('refuses %s', async (_, asked, aadsts) => {
  expect(await post(asked)).toMatchObject({ error: 'invalid_client', error_codes: [aadsts] });
});

test('refuses another type of assertion, and what is no JWT', async () => {
  expect(await post({}, { client_assertion_type: 'urn:x' })).toMatchObject({
    error_codes: [9002313],
  });
  expect(await post({}, { client_assertion: 'x' })).toMatchObject({
    error: 'invalid_client',
    error_codes: [50027],
  });
});

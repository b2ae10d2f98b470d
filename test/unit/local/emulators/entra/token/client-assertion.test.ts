import { createHash, createPrivateKey, randomUUID, X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type JWTHeaderParameters, SignJWT } from 'jose';
import { type EntraEmulator, type Json, startEntra } from '../entra-emulator.ts';

let entra: EntraEmulator;
let originalAppId: string;
beforeAll(async () => {
  entra = await startEntra();
  originalAppId = entra.context.directory.app('original-api')?.appId ?? '';
});
afterAll(() => entra.close());

interface AssertionChanges {
  /** Members to change in the protected header. */
  readonly header?: Readonly<Record<string, unknown>>;
  /** Claims to change. `null` removes a claim. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

const nowSeconds = () => Math.floor(entra.context.now() / 1000);

function readCertificatePem(): string {
  return entra.context.credentials.vaultVersions('zero-trust-original-api')[0]?.value ?? '';
}

/** The SHA-256 thumbprint as MSAL writes it to `x5t#S256`. */
function readThumbprint(pem: string): string {
  const certificate = new X509Certificate(pem.slice(pem.indexOf('-----BEGIN CERTIFICATE')));
  return createHash('sha256').update(certificate.raw).digest('base64url');
}

/** Signs an assertion of Original API as MSAL does. */
async function signAssertion({ header = {}, claims = {} }: AssertionChanges): Promise<string> {
  const pem = readCertificatePem();
  const payload = {
    aud: `https://${new URL(entra.context.origin).host}/${entra.home}/oauth2/v2.0/token`,
    iss: originalAppId,
    sub: originalAppId,
    jti: randomUUID(),
    exp: nowSeconds() + 3_600,
    ...claims,
  };
  const present = Object.entries(payload).filter(([, value]) => value !== null);
  const protectedHeader: JWTHeaderParameters = {
    alg: 'PS256',
    'x5t#S256': readThumbprint(pem),
    ...header,
  };
  return new SignJWT(Object.fromEntries(present))
    .setProtectedHeader(protectedHeader)
    .sign(createPrivateKey(pem));
}

/** Sends an On-Behalf-Of request with the assertion. Resolves to the body of the response. */
async function exchange(
  changes: AssertionChanges,
  form: Record<string, string> = {},
): Promise<Json> {
  const { body } = await entra.exchange({
    client_secret: '',
    client_assertion: await signAssertion(changes),
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    ...form,
  });
  return body;
}

interface AssertionCase {
  readonly name: string;
  /** A function, since the clock is read when the test runs. */
  readonly changes: () => AssertionChanges;
}

test.each<AssertionCase>([
  { name: 'PS256 and the SHA-256 thumbprint', changes: () => ({}) },
  { name: 'RS256', changes: () => ({ header: { alg: 'RS256' } }) },
  {
    name: 'no SHA-256 thumbprint',
    changes: () => ({ header: { 'x5t#S256': undefined, x5t: 'anything' } }),
  },
  { name: 'an nbf one second ahead', changes: () => ({ claims: { nbf: nowSeconds() + 1 } }) },
  {
    name: 'the audience with http',
    changes: () => ({
      claims: { aud: `${entra.context.origin}/${entra.home}/oauth2/v2.0/token` },
    }),
  },
])('accepts an assertion with $name', async ({ changes }) => {
  expect(await exchange(changes())).toHaveProperty('access_token');
});

test.each<AssertionCase & { aadsts: number }>([
  {
    name: 'another audience',
    changes: () => ({ claims: { aud: 'https://login.example/token' } }),
    aadsts: 700027,
  },
  { name: 'no jti', changes: () => ({ claims: { jti: null } }), aadsts: 700027 },
  { name: 'another subject', changes: () => ({ claims: { sub: 'another' } }), aadsts: 700027 },
  {
    name: 'an unknown thumbprint',
    changes: () => ({ header: { 'x5t#S256': 'AAAA' } }),
    aadsts: 700027,
  },
  { name: 'no exp', changes: () => ({ claims: { exp: null } }), aadsts: 700024 },
  {
    name: 'an exp six minutes ago',
    changes: () => ({ claims: { exp: nowSeconds() - 360 } }),
    aadsts: 700024,
  },
  {
    name: 'an nbf six minutes ahead',
    changes: () => ({ claims: { nbf: nowSeconds() + 360 } }),
    aadsts: 700024,
  },
  {
    name: 'an issuer that is neither the app nor a federated one',
    changes: () => ({ claims: { iss: 'x', sub: 'x' } }),
    aadsts: 700211,
  },
])('rejects an assertion with $name', async ({ changes, aadsts }) => {
  expect(await exchange(changes())).toMatchObject({
    error: 'invalid_client',
    error_codes: [aadsts],
  });
});

test('rejects another client_assertion_type', async () => {
  expect(await exchange({}, { client_assertion_type: 'urn:x' })).toMatchObject({
    error_codes: [9002313],
  });
});

test('rejects an assertion that is not a JWT', async () => {
  expect(await exchange({}, { client_assertion: 'x' })).toMatchObject({
    error: 'invalid_client',
    error_codes: [50027],
  });
});

/**
 * The real @azure/msal-node against the Entra emulator. Its authority is an https URL that it never
 * calls, because `authorityMetadata` contains the plain http endpoints. The emulators and the
 * exchange rely on this, so these tests fail if a version of MSAL no longer accepts it.
 */
import { createHash } from 'node:crypto';
import { ConfidentialClientApplication, type NodeAuthOptions } from '@azure/msal-node';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { openManagedIdentityKeys } from '../../local/emulators/managed-identity/keys.ts';
import {
  type EntraEmulator,
  readClaims,
  startEntra,
} from '../unit/local/emulators/entra/entra-emulator.ts';

let entra: EntraEmulator;
let metadata: string;
beforeAll(async () => {
  entra = await startEntra();
  metadata = await (
    await fetch(`${entra.context.origin}/${entra.home}/v2.0/.well-known/openid-configuration`)
  ).text();
});
afterAll(() => entra.close());
beforeEach(async () => {
  await entra.context.policies.reset();
  entra.context.recorder.clear();
});

function appIdOf(name: string): string {
  return entra.context.directory.app(name)?.appId ?? '';
}
const listScopes = () => [`api://${appIdOf('downstream-api')}/Documents.Read`];

type Credential = Pick<NodeAuthOptions, 'clientCertificate' | 'clientSecret' | 'clientAssertion'>;

function openClient(credential: Credential): ConfidentialClientApplication {
  const { host } = new URL(entra.context.origin);
  return new ConfidentialClientApplication({
    auth: {
      clientId: appIdOf('original-api'),
      authority: `https://${host}/${entra.home}`,
      knownAuthorities: [host],
      authorityMetadata: metadata,
      clientCapabilities: ['cp1'],
      ...credential,
    },
  });
}

function readCertificate(): Credential {
  const pem = entra.context.credentials.vaultVersions('zero-trust-original-api')[0]?.value ?? '';
  const [, base64 = ''] = /-----BEGIN CERTIFICATE-----([^-]+)/.exec(pem) ?? [];
  const [privateKey = ''] =
    /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----/.exec(pem) ?? [];
  const thumbprintSha256 = createHash('sha256').update(Buffer.from(base64, 'base64')).digest('hex');
  return { clientCertificate: { thumbprintSha256, privateKey } };
}

/** Signs a token as the managed identity endpoint issues it for a federated credential. */
async function signIdentityToken(identity: string, changes: object = {}): Promise<string> {
  const { origin, directory, now } = entra.context;
  const { principalId = '', clientId } = directory.identity(identity) ?? {};
  const issuedAt = Math.floor(now() / 1000);
  const platformKeys = await openManagedIdentityKeys(entra.context);
  return platformKeys.sign({
    iss: `${origin}/${entra.home}/v2.0`,
    aud: 'api://AzureADTokenExchange',
    sub: principalId,
    oid: principalId,
    appid: clientId,
    tid: entra.home,
    iat: issuedAt,
    nbf: issuedAt,
    exp: issuedAt + 86_400,
    ...changes,
  });
}

const readSecret = (): Credential => ({
  clientSecret: entra.context.credentials.secretOf('original-api'),
});

/** Exchanges a new token A of alice for a token B. */
async function exchange(credential: Credential, request: { readonly claims?: string } = {}) {
  const { access_token: oboAssertion } = await entra.token({ user: 'alice' });
  return openClient(credential).acquireTokenOnBehalfOf({
    oboAssertion,
    scopes: listScopes(),
    ...request,
  });
}

describe.each([
  { name: 'a certificate', getCredential: async () => readCertificate(), azpacr: '2' },
  { name: 'a secret', getCredential: async () => readSecret(), azpacr: '1' },
  {
    name: 'a token of the managed identity',
    getCredential: async () => ({ clientAssertion: await signIdentityToken('original-api') }),
    azpacr: '2',
  },
])('an exchange with $name', ({ getCredential, azpacr }) => {
  test('returns a token B for the requested scope', async () => {
    const result = await exchange(await getCredential());
    expect(readClaims(result?.accessToken)).toMatchObject({
      aud: appIdOf('downstream-api'),
      azp: appIdOf('original-api'),
      azpacr,
      xms_cc: ['cp1'],
    });
    expect(result?.scopes).toEqual(expect.arrayContaining(listScopes()));
  });

  test('sends only one token request, with a correlation id', async () => {
    await exchange(await getCredential());
    const records = entra.context.recorder.since(0);
    expect(records.map(({ operation }) => operation)).toEqual(['token']);
    expect(records[0]?.correlationId).toMatch(/^[0-9a-f-]{36}$/);
  });
});

test.each([
  {
    name: 'a token of another identity',
    getCredential: async () => ({ clientAssertion: await signIdentityToken('downstream-api') }),
    errorNo: 700213,
  },
  {
    name: 'a token of the identity for another audience',
    getCredential: async () => ({
      clientAssertion: await signIdentityToken('original-api', { aud: 'x' }),
    }),
    errorNo: 700212,
  },
  {
    name: 'a wrong secret',
    getCredential: async () => ({ clientSecret: 'wrong' }),
    errorNo: 7000215,
  },
])('an exchange with $name fails with $errorNo', async ({ getCredential, errorNo }) => {
  const credential = await getCredential();
  await expect(exchange(credential)).rejects.toMatchObject({
    errorCode: 'invalid_client',
    errorNo,
  });
});

describe.each([
  { name: 'certificate', readCredential: readCertificate, expiredErrorNo: 1000502 },
  { name: 'secret', readCredential: readSecret, expiredErrorNo: 7000222 },
])('a $name', ({ readCredential, expiredErrorNo }) => {
  test('fails after a rotation, and its successor works', async () => {
    const old = readCredential();
    await entra.context.policies.set('vault-credential', 'rotate');
    await expect(exchange(old)).rejects.toMatchObject({ errorCode: 'invalid_client' });
    await expect(exchange(readCredential())).resolves.toHaveProperty('accessToken');
  });

  test(`fails with ${expiredErrorNo} after its expiry`, async () => {
    await entra.context.policies.set('vault-credential', 'expire');
    await expect(exchange(readCredential())).rejects.toMatchObject({ errorNo: expiredErrorNo });
  });
});

test('a challenge reaches the caller with error, suberror and claims', async () => {
  await entra.context.policies.set('mfa', 'on');
  await expect(exchange(readSecret())).rejects.toMatchObject({
    name: 'InteractionRequiredAuthError',
    errorCode: 'interaction_required',
    subError: 'basic_action',
    claims: expect.stringContaining('"capolids"'),
  });
});

test('one claims parameter contains a challenge and the capability cp1', async () => {
  const claims = JSON.stringify({ access_token: { acrs: { essential: true, value: 'c1' } } });
  const result = await exchange(readSecret(), { claims });
  expect(readClaims(result?.accessToken)).toMatchObject({ acrs: ['c1'], xms_cc: ['cp1'] });
});

test('client credentials return an app-only token', async () => {
  const result = await openClient(readSecret()).acquireTokenByClientCredential({
    scopes: [`api://${appIdOf('downstream-api')}/.default`],
  });
  const claims = readClaims(result?.accessToken);
  expect(claims).toMatchObject({ idtyp: 'app', azp: appIdOf('original-api') });
  expect(claims).not.toHaveProperty('scp');
});

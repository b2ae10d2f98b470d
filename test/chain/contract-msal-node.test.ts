/**
 * The real @azure/msal-node against the emulators: an https authority that it never calls, with plain http endpoints in authorityMetadata.
 * The day MSAL refuses that, the local emulators and the shipped exchange need another way: this test says so.
 */
import { createHash } from 'node:crypto';
import { ConfidentialClientApplication, type NodeAuthOptions } from '@azure/msal-node';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { openPlatformKeys } from '../../local/emulators/managed-identity/platform-keys.ts';
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

const appId = (name: string) => entra.context.directory.app(name)?.appId ?? '';
const scopes = () => [`api://${appId('downstream-api')}/Documents.Read`];

type Credential = Pick<NodeAuthOptions, 'clientCertificate' | 'clientSecret' | 'clientAssertion'>;

function openClient(credential: Credential): ConfidentialClientApplication {
  const { host } = new URL(entra.context.origin);
  return new ConfidentialClientApplication({
    auth: {
      clientId: appId('original-api'),
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

/** What the managed identity's endpoint hands out for api://AzureADTokenExchange. */
async function identityToken(identity: string, changes: object = {}): Promise<string> {
  const { origin, directory, now } = entra.context;
  const { principalId = '', clientId } = directory.identity(identity) ?? {};
  const seconds = Math.floor(now() / 1000);
  return (await openPlatformKeys(entra.context)).sign({
    iss: `${origin}/${entra.home}/v2.0`,
    aud: 'api://AzureADTokenExchange',
    sub: principalId,
    oid: principalId,
    appid: clientId,
    tid: entra.home,
    iat: seconds,
    nbf: seconds,
    exp: seconds + 86_400,
    ...changes,
  });
}

async function exchange(credential: Credential, asked: object = {}) {
  const { access_token: oboAssertion } = await entra.token({ user: 'alice' });
  return openClient(credential).acquireTokenOnBehalfOf({
    oboAssertion,
    scopes: scopes(),
    ...asked,
  });
}
const secret = (): Credential => ({
  clientSecret: entra.context.credentials.secretOf('original-api'),
});
const tokenRequests = () =>
  entra.context.recorder.since(0).filter(({ operation }) => operation === 'token');

test.each([
  ['a certificate', async () => readCertificate(), '2'],
  ['a secret', async () => secret(), '1'],
  [
    'a managed identity’s token',
    async () => ({ clientAssertion: await identityToken('original-api') }),
    '2',
  ],
])(
  'exchanges on behalf of the user with %s, in one request and no other',
  async (_, credential, azpacr) => {
    const result = await exchange(await credential());
    expect(readClaims(result?.accessToken)).toMatchObject({
      aud: appId('downstream-api'),
      azp: appId('original-api'),
      azpacr,
      xms_cc: ['cp1'],
    });
    expect(result?.scopes).toEqual(expect.arrayContaining(scopes()));
    expect(entra.context.recorder.since(0).map(({ operation }) => operation)).toEqual(['token']);
    expect(tokenRequests()[0]?.correlationId).toMatch(/^[0-9a-f-]{36}$/);
  },
);

test.each([
  [
    'another identity’s token',
    async () => ({ clientAssertion: await identityToken('downstream-api') }),
    700213,
  ],
  [
    'an identity’s token for another audience',
    async () => ({ clientAssertion: await identityToken('original-api', { aud: 'x' }) }),
    700212,
  ],
  ['a wrong secret', async () => ({ clientSecret: 'wrong' }), 7000215],
])('is refused with %s', async (_, credential, aadsts) => {
  await expect(credential().then((given) => exchange(given))).rejects.toMatchObject({
    errorCode: 'invalid_client',
    errorNo: aadsts,
  });
});

test('is refused with a certificate or secret that has been rotated away or has run out', async () => {
  const before = [readCertificate(), secret()];
  await entra.context.policies.set('vault-credential', 'rotate');
  for (const old of before)
    await expect(exchange(old)).rejects.toMatchObject({ errorCode: 'invalid_client' });
  for (const current of [readCertificate(), secret()])
    await expect(exchange(current)).resolves.toHaveProperty('accessToken');
  await entra.context.policies.set('vault-credential', 'expire');
  await expect(exchange(readCertificate())).rejects.toMatchObject({ errorNo: 1000502 });
  await expect(exchange(secret())).rejects.toMatchObject({ errorNo: 7000222 });
});

test('reads a step-up challenge: error, suberror and claims reach the caller', async () => {
  await entra.context.policies.set('mfa', 'on');
  await expect(exchange(secret())).rejects.toMatchObject({
    name: 'InteractionRequiredAuthError',
    errorCode: 'interaction_required',
    subError: 'basic_action',
    claims: expect.stringContaining('"capolids"'),
  });
});

test('merges a challenge with the capability cp1 into one claims parameter', async () => {
  const claims = JSON.stringify({ access_token: { acrs: { essential: true, value: 'c1' } } });
  const result = await exchange(secret(), { claims });
  expect(readClaims(result?.accessToken)).toMatchObject({ acrs: ['c1'], xms_cc: ['cp1'] });
});

test('gets app-only tokens by client credentials, for experiments', async () => {
  const client = openClient(secret());
  const result = await client.acquireTokenByClientCredential({
    scopes: [`api://${appId('downstream-api')}/.default`],
  });
  expect(readClaims(result?.accessToken)).toMatchObject({
    idtyp: 'app',
    azp: appId('original-api'),
  });
  expect(readClaims(result?.accessToken)).not.toHaveProperty('scp');
});

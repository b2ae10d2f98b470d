import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createApi } from '../../shared/http/create-api.ts';
import { createKeys } from '../../shared/token/keys.ts';
import { createValidator } from '../../shared/token/validate.ts';
import {
  audience,
  clientApp,
  type Issuer,
  otherTenantId,
  publicJwk,
  rsaKey,
  startIssuer,
  tenantId,
} from '../../test/support/issuer.ts';
import { serveApi } from '../../test/support/serve-api.ts';
import { type Case, describeAnswer } from './case.ts';
import { rsa, signedBy, takeApart, unsigned } from './forge.ts';
import { sendRequest } from './http.ts';

/** What is published, what the token is, and what must come back. */
type Row = readonly [
  name: string,
  expected: string,
  publish: (issuer: Issuer) => readonly unknown[],
  token: (issuer: Issuer) => Promise<string>,
];

const invalid = '401 invalid_token';
const other = rsaKey();
const weak = generateKeyPairSync('rsa', { modulusLength: 1024 });
const foreignIssuer = `https://login.microsoftonline.com/${otherTenantId}/v2.0`;

/** By the key that is published under `key-2`. */
const byOther = (issuer: Issuer, key: KeyObject = other.privateKey) =>
  issuer.token({}, { kid: 'key-2' }, key);
const beside =
  (...keys: readonly unknown[]) =>
  (issuer: Issuer) => [...issuer.jwks.keys, ...keys];
const published = (changes: object, key = other.publicKey) => ({
  ...publicJwk(key, 'key-2'),
  ...changes,
});

async function hmacToken(issuer: Issuer): Promise<string> {
  const good = takeApart(await issuer.token());
  const input = unsigned(good, { header: { alg: 'HS256', kid: 'key-2' } });
  return signedBy(input, (text) => createHmac('sha256', 'shared secret').update(text).digest());
}

async function weaklySigned(issuer: Issuer): Promise<string> {
  const good = takeApart(await issuer.token());
  return signedBy(unsigned(good, { header: { kid: 'key-2' } }), rsa(weak.privateKey));
}

const rows: readonly Row[] = [
  ['a key for encryption', invalid, beside(published({ use: 'enc' })), byOther],
  ['a key for another algorithm', invalid, beside(published({ alg: 'RS512' })), byOther],
  ['a key of 1024 bits', invalid, beside(published({}, weak.publicKey)), weaklySigned],
  [
    'a shared secret',
    invalid,
    beside({
      kty: 'oct',
      kid: 'key-2',
      use: 'sig',
      alg: 'HS256',
      k: Buffer.from('shared secret').toString('base64url'),
    }),
    hmacToken,
  ],
  [
    'a key with its private half',
    invalid,
    beside({
      ...other.privateKey.export({ format: 'jwk' }),
      kid: 'key-2',
      use: 'sig',
      alg: 'RS256',
    }),
    byOther,
  ],
  ['a key with the exponent 1', invalid, beside(published({ e: 'AQ' })), byOther],
  ['a key with the exponent 3', invalid, beside(published({ e: 'Aw' })), byOther],
  ['a key with an even exponent', invalid, beside(published({ e: 'AQAC' })), byOther],
  ['a key without a kid', invalid, beside(published({ kid: undefined })), byOther],
  ['a key whose modulus is a list', invalid, beside(published({ n: ['AQAB'] })), byOther],
  ['a key of another issuer', invalid, beside(published({ issuer: foreignIssuer })), byOther],
  [
    'a second key under the kid of a good one',
    invalid,
    beside(publicJwk(other.publicKey, 'key-1')),
    (issuer) => issuer.token({}, {}, other.privateKey),
  ],
  ['no key at all', '503 unavailable', () => [], (issuer) => issuer.token()],
  [
    'bad keys only',
    '503 unavailable',
    () => [published({ use: 'enc' }), null, 7, {}],
    (issuer) => issuer.token(),
  ],
  [
    'unknown key types beside a good key',
    '200',
    beside(
      { kty: 'AKP', kid: 'pq', alg: 'ML-DSA-44', pub: 'AA' },
      { kty: 'EC', kid: 'ec', crv: 'P-256', x: 'AA', y: 'AA' },
      { kty: 'OKP', kid: 'ed' },
      null,
      7,
      'key',
      [],
      {},
    ),
    (issuer) => issuer.token(),
  ],
];

/**
 * Key sets that Entra would never publish. No emulators publishes them either, so these run against an API made of `shared` alone, in this process, over HTTP.
 */
export function poisonedKeys(): readonly Case[] {
  return rows.map(([name, expected, publish, token]) => ({
    group: 'Algorithm and key',
    name: `poisoned key set: ${name}`,
    expected,
    async run() {
      const issuer = await startIssuer();
      issuer.respond('/keys', (_request, response) =>
        response.end(JSON.stringify({ keys: publish(issuer) })),
      );
      const api = createApi({
        name: 'shared',
        validate: createValidator({
          keys: createKeys({ authorityHost: issuer.host }),
          tenantIds: [tenantId],
          audience,
        }),
        clients: { clientIds: [clientApp], confidential: false },
        origins: [],
        challenge: { clientId: audience, authorizationUri: `${issuer.host.href}authorize` },
      });
      const server = await serveApi([
        api.route('documents', {
          GET: { scopes: ['Documents.Read'], handler: async () => ({ json: {} }) },
        }),
      ]);
      try {
        return describeAnswer(
          await sendRequest(server.url, {
            path: '/api/documents',
            headers: { authorization: `Bearer ${await token(issuer)}` },
          }),
        );
      } finally {
        await server.close();
        await issuer.close();
      }
    },
  }));
}

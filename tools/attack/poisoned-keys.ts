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
import { type Case, describeResponse, invalidToken } from './case.ts';
import { appendSignature, createSigningInput, decodeJwt, rsa } from './forge.ts';
import { sendRequest } from './http.ts';

/** The id under which the issuer publishes its own valid key. */
const validKeyId = 'key-1';
/** The id under which the poisoned key is published. */
const poisonedKeyId = 'key-2';
const sharedSecret = 'shared secret';
const otherIssuer = `https://login.microsoftonline.com/${otherTenantId}/v2.0`;
const unavailable = '503 unavailable';

const otherKey = rsaKey();
const weakKey = generateKeyPairSync('rsa', { modulusLength: 1024 });

interface PoisonedKeySet {
  readonly name: string;
  readonly expected: string;
  /** Returns the keys that the issuer publishes. */
  publish(issuer: Issuer): readonly unknown[];
  /** Creates the token that is sent to the API. */
  createToken(issuer: Issuer): Promise<string>;
}

/** Publishes keys in addition to the issuer's own. */
function withValidKey(...keys: readonly unknown[]) {
  return (issuer: Issuer) => [...issuer.jwks.keys, ...keys];
}

/** Creates the JWK of the poisoned key, with some members changed. */
function poisonedJwk(changes: object, key: KeyObject = otherKey.publicKey): object {
  return { ...publicJwk(key, poisonedKeyId), ...changes };
}

function signWithOtherKey(issuer: Issuer): Promise<string> {
  return issuer.token({}, { kid: poisonedKeyId }, otherKey.privateKey);
}

async function signWithWeakKey(issuer: Issuer): Promise<string> {
  const token = decodeJwt(await issuer.token());
  const input = createSigningInput(token, { header: { kid: poisonedKeyId } });
  return appendSignature(input, rsa(weakKey.privateKey));
}

async function signWithSharedSecret(issuer: Issuer): Promise<string> {
  const token = decodeJwt(await issuer.token());
  const input = createSigningInput(token, { header: { alg: 'HS256', kid: poisonedKeyId } });
  return appendSignature(input, (text) => createHmac('sha256', sharedSecret).update(text).digest());
}

/** A key that must not be used, published next to a valid one. */
function poisonedKey(
  name: string,
  jwk: object,
  createToken: PoisonedKeySet['createToken'] = signWithOtherKey,
): PoisonedKeySet {
  return { name, expected: invalidToken, publish: withValidKey(jwk), createToken };
}

const poisonedKeySets: readonly PoisonedKeySet[] = [
  poisonedKey('a key for encryption', poisonedJwk({ use: 'enc' })),
  poisonedKey('a key for another algorithm', poisonedJwk({ alg: 'RS512' })),
  poisonedKey('a key of 1024 bits', poisonedJwk({}, weakKey.publicKey), signWithWeakKey),
  poisonedKey(
    'a shared secret',
    {
      kty: 'oct',
      kid: poisonedKeyId,
      use: 'sig',
      alg: 'HS256',
      k: Buffer.from(sharedSecret).toString('base64url'),
    },
    signWithSharedSecret,
  ),
  poisonedKey('a private key', {
    ...otherKey.privateKey.export({ format: 'jwk' }),
    kid: poisonedKeyId,
    use: 'sig',
    alg: 'RS256',
  }),
  poisonedKey('a key with the exponent 1', poisonedJwk({ e: 'AQ' })),
  poisonedKey('a key with the exponent 3', poisonedJwk({ e: 'Aw' })),
  poisonedKey('a key with an even exponent', poisonedJwk({ e: 'AQAC' })),
  poisonedKey('a key without a kid', poisonedJwk({ kid: undefined })),
  poisonedKey('a key whose modulus is an array', poisonedJwk({ n: ['AQAB'] })),
  poisonedKey('a key of another issuer', poisonedJwk({ issuer: otherIssuer })),
  poisonedKey(
    'a second key under the kid of a valid one',
    publicJwk(otherKey.publicKey, validKeyId),
    (issuer) => issuer.token({}, {}, otherKey.privateKey),
  ),
  {
    name: 'no key',
    expected: unavailable,
    publish: () => [],
    createToken: (issuer) => issuer.token(),
  },
  {
    name: 'only invalid keys',
    expected: unavailable,
    publish: () => [poisonedJwk({ use: 'enc' }), null, 7, {}],
    createToken: (issuer) => issuer.token(),
  },
  {
    name: 'keys of unknown types next to a valid key',
    expected: '200',
    publish: withValidKey(
      { kty: 'AKP', kid: 'pq', alg: 'ML-DSA-44', pub: 'AA' },
      { kty: 'EC', kid: 'ec', crv: 'P-256', x: 'AA', y: 'AA' },
      { kty: 'OKP', kid: 'ed' },
      null,
      7,
      'key',
      [],
      {},
    ),
    createToken: (issuer) => issuer.token(),
  },
];

/**
 * Creates the cases with key sets that neither Entra nor the emulators publish. They run in this
 * process, against an issuer and an API that consists of `shared` alone, over HTTP.
 */
export function poisonedKeys(): readonly Case[] {
  return poisonedKeySets.map((keySet) => ({
    name: `key set with ${keySet.name}`,
    expected: keySet.expected,
    run: () => sendTokenWithKeySet(keySet),
  }));
}

async function sendTokenWithKeySet({ publish, createToken }: PoisonedKeySet): Promise<string> {
  const issuer = await startIssuer();
  issuer.respond('/keys', (_request, response) => {
    response.end(JSON.stringify({ keys: publish(issuer) }));
  });
  const server = await serveMinimalApi(issuer);
  try {
    const token = await createToken(issuer);
    const response = await sendRequest(server.url, {
      path: '/api/documents',
      headers: { authorization: `Bearer ${token}` },
    });
    return describeResponse(response);
  } finally {
    await server.close();
    await issuer.close();
  }
}

/** Serves an API with one route, which accepts the tokens of the issuer. */
function serveMinimalApi(issuer: Issuer) {
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
  const documents = api.route('documents', {
    GET: { scopes: ['Documents.Read'], handler: async () => ({ json: {} }) },
  });
  return serveApi([documents]);
}

import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { type Api, type CreateCases, swapLetterCase, type TokenRow, tokenCases } from './case.ts';
import {
  appendSignature,
  createSigningInput,
  ecdsa,
  encodePublicKey,
  type Part,
  rsa,
  rsaPss,
  type Signer,
} from './forge.ts';

const attackerKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const ecKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const edKey = generateKeyPairSync('ed25519').privateKey;

const weakSecrets = [
  '',
  '\0',
  'secret',
  'password',
  'changeit',
  'key',
  '123456',
  'your-256-bit-secret',
  'your_jwt_secret',
  'jwt',
  'null',
  'undefined',
];

/** Tokens with an algorithm or a key of the attacker's choice. */
export const algorithmAndKey: CreateCases = (api) =>
  tokenCases(api, [
    ...algNoneRows(api),
    ...publicKeyAsSecretRows(api),
    ...weakSecretRows(api),
    ...otherKeyRows(api),
    ...constantSignatureRows(api),
    ...headerRows(api),
    ...keyIdRows(api),
    ...nestedTokenRows(api),
    ...otherHashRows(api),
  ]);

/** Signs the claims of the valid token under another `alg`. */
function withAlg(api: Api, alg: unknown, signer: Signer): () => string {
  return () => api.forge({ header: { alg } }, signer);
}

function hmac(secret: string | Buffer, hash = 'sha256'): Signer {
  return (input) => createHmac(hash, secret).update(input).digest();
}

/** `none` in every combination of lower and upper case. */
function spellNone(): readonly string[] {
  const letters = [...'none'];
  return Array.from({ length: 2 ** letters.length }, (_, bits) =>
    letters.map((letter, i) => (bits & (1 << i) ? letter.toUpperCase() : letter)).join(''),
  );
}

function algNoneRows({ decoded }: Api): readonly TokenRow[] {
  const [, , signature] = decoded.segments;
  const rows: TokenRow[] = [];
  for (const alg of spellNone()) {
    const input = createSigningInput(decoded, { header: { alg } });
    rows.push(
      [`alg ${alg}, no signature`, () => `${input}.`],
      [`alg ${alg}, the original signature`, () => `${input}.${signature}`],
    );
  }
  const withoutKeyId = createSigningInput(decoded, { header: { alg: 'none', kid: undefined } });
  rows.push(['alg none without kid', () => `${withoutKeyId}.AA`]);
  return rows;
}

/** Algorithm confusion: the public key is used as the secret of an HMAC. */
function publicKeyAsSecretRows(api: Api): readonly TokenRow[] {
  const [jwk] = api.publicKeys;
  if (!jwk) return [];
  const [header, payload] = api.decoded.segments;
  const rows: TokenRow[] = [];
  for (const [encoding, secret] of encodePublicKey(jwk)) {
    rows.push(
      [`HS256 with the public key as the secret: ${encoding}`, withAlg(api, 'HS256', hmac(secret))],
      [
        `alg RS256, HMAC with the public key as the secret: ${encoding}`,
        () => appendSignature(`${header}.${payload}`, hmac(secret)),
      ],
    );
  }
  return rows;
}

function weakSecretRows(api: Api): readonly TokenRow[] {
  return [
    ...weakSecrets.map(
      (secret): TokenRow => [
        `HS256 with the secret ${JSON.stringify(secret)}`,
        withAlg(api, 'HS256', hmac(secret)),
      ],
    ),
    ['HS384 with an empty secret', withAlg(api, 'HS384', hmac('', 'sha384'))],
    ['HS512 with an empty secret', withAlg(api, 'HS512', hmac('', 'sha512'))],
  ];
}

function otherKeyRows(api: Api): readonly TokenRow[] {
  const edDsa: Signer = (input) => sign(null, Buffer.from(input), edKey);
  return [
    ['RS256 with another key under the same kid', () => api.forge({}, rsa(attackerKey))],
    [
      'RS256 with another key and other claims',
      () => api.forge({ claims: { roles: ['Profiles.Manage'] } }, rsa(attackerKey)),
    ],
    ['ES256 under the same kid', withAlg(api, 'ES256', ecdsa(ecKey))],
    ['EdDSA under the same kid', withAlg(api, 'EdDSA', edDsa)],
    ['PS256 with another key', withAlg(api, 'PS256', rsaPss(attackerKey))],
  ];
}

/**
 * Signatures that do not depend on the token. A faulty ECDSA verifier accepts zeros ("psychic
 * signatures", CVE-2022-21449).
 */
function constantSignatureRows(api: Api): readonly TokenRow[] {
  const constant = (bytes: Buffer): Signer => {
    return () => bytes;
  };
  const zeros = (count: number) => constant(Buffer.alloc(count));
  const derZeros = constant(Buffer.from('3006020100020100', 'hex'));
  const one = constant(Buffer.from([...Buffer.alloc(255), 1]));
  const ones = constant(Buffer.alloc(256, 0xff));
  return [
    ['ES256, a psychic signature of zeros', withAlg(api, 'ES256', zeros(64))],
    ['ES256, a psychic signature in DER', withAlg(api, 'ES256', derZeros)],
    ['ES384, a psychic signature of zeros', withAlg(api, 'ES384', zeros(96))],
    ['RS256, a signature of zeros', () => api.forge({}, zeros(256))],
    ['RS256, a signature with the value 1', () => api.forge({}, one)],
    ['RS256, a signature of ones', () => api.forge({}, ones)],
  ];
}

function headerRows(api: Api): readonly TokenRow[] {
  const row = (name: string, header: Part): TokenRow => [name, () => api.forge({ header })];
  const invalidAlgs: readonly unknown[] = [
    null,
    256,
    true,
    [],
    ['RS256'],
    { name: 'RS256' },
    '',
    'rs256',
    'RS256 ',
    'RS256\0',
    'RSA',
    'A256GCM',
  ];
  const attackerJwk = attackerKey.export({ format: 'jwk' });
  const publicJwk = { kty: attackerJwk.kty, n: attackerJwk.n, e: attackerJwk.e };
  return [
    row('alg missing', { alg: undefined }),
    ...invalidAlgs.map((alg) => row(`alg ${JSON.stringify(alg)}`, { alg })),
    row('typ missing', { typ: undefined }),
    row('typ of a logout token', { typ: 'logout+jwt' }),
    row('typ of a DPoP proof', { typ: 'dpop+jwt' }),
    row('typ an array', { typ: ['JWT'] }),
    row('crit with an unknown extension', { crit: ['x'], x: true }),
    row('crit with exp', { crit: ['exp'] }),
    row('crit empty', { crit: [] }),
    row('crit a string', { crit: 'exp' }),
    row('crit null', { crit: null }),
    row('b64 false', { b64: false }),
    row('b64 true', { b64: true }),
    row('b64 false and critical', { b64: false, crit: ['b64'] }),
    row('zip', { zip: 'DEF' }),
    row('enc', { enc: 'A256GCM' }),
    row('a nonce, as in tokens for Microsoft Graph', { nonce: 'x' }),
    [
      'an embedded jwk, signed with its key',
      () => api.forge({ header: { jwk: publicJwk } }, rsa(attackerKey)),
    ],
    row('an embedded jwk with a valid signature', { jwk: publicJwk }),
    row('x5c', { x5c: [Buffer.from('certificate').toString('base64')] }),
  ];
}

function keyIdRows(api: Api): readonly TokenRow[] {
  const { kid } = api.decoded.header;
  const kids: readonly (readonly [name: string, kid: unknown])[] = [
    ['missing', undefined],
    ['empty', ''],
    ['null', null],
    ['a number', 1],
    ['true', true],
    ['an array with the kid', [kid]],
    ['an object', { kid }],
    ['a path', '../../../../etc/passwd'],
    ['a device', '/dev/null'],
    ['SQL', "x' UNION SELECT 'key' --"],
    ['a command', '| sleep 5'],
    ['CRLF and a header', 'x\r\nX-Injected: yes'],
    ['a trailing NUL', `${kid}\0`],
    ['a trailing space', `${kid} `],
    ['in another case', swapLetterCase(String(kid))],
    ['__proto__', '__proto__'],
    ['constructor', 'constructor'],
    ['unknown', 'no-such-key'],
    ['of 8 KB', 'k'.repeat(8_000)],
    ['a URL', 'https://attacker.example/key'],
  ];
  return kids.map(([name, value]) => [`kid: ${name}`, () => api.forge({ header: { kid: value } })]);
}

function nestedTokenRows(api: Api): readonly TokenRow[] {
  const header = { cty: 'JWT' };
  return [
    ['a JWT nested in a JWT', () => api.forge({ header, claims: api.token })],
    [
      'a JWT nested in a JWT as a JSON string',
      () => api.forge({ header, claims: JSON.stringify(api.token) }),
    ],
  ];
}

/** Algorithms other than RS256, with Entra's own key. */
function otherHashRows(api: Api): readonly TokenRow[] {
  const { emulators } = api;
  if (!emulators) return [];
  const entraKey = (): KeyObject => emulators.readPrivateKey().key;
  const rows: TokenRow[] = [];
  for (const bits of ['384', '512']) {
    const hash = `sha${bits}`;
    const alg = `RS${bits}`;
    rows.push(
      [`${alg} with the correct key`, () => api.forge({ header: { alg } }, rsa(entraKey(), hash))],
      [`alg RS256, ${hash} with the correct key`, () => api.forge({}, rsa(entraKey(), hash))],
    );
  }
  for (const bits of ['256', '384', '512']) {
    const alg = `PS${bits}`;
    rows.push([
      `${alg} with the correct key`,
      () => api.forge({ header: { alg } }, rsaPss(entraKey(), `sha${bits}`)),
    ]);
  }
  return rows;
}

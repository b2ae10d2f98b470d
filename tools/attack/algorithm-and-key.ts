import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { type Group, tokenCases } from './case.ts';
import { ecdsa, rsa, rsaPss, type Signer, signedBy, spellings, unsigned } from './forge.ts';

const group = 'Algorithm and key';
const mine = generateKeyPairSync('rsa', { modulusLength: 2048 });
const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const edwards = generateKeyPairSync('ed25519');
const ownJwk = mine.publicKey.export({ format: 'jwk' });

const hmac =
  (secret: string | Buffer, hash = 'sha256'): Signer =>
  (input) =>
    createHmac(hash, secret).update(input).digest();
const fixed =
  (bytes: Buffer): Signer =>
  () =>
    bytes;

/** `none` with every letter small or capital. */
const nones = Array.from({ length: 16 }, (_, bits) =>
  [...'none']
    .map((letter, index) => (bits & (1 << index) ? letter.toUpperCase() : letter))
    .join(''),
);

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

/** Tokens whose algorithm or key the attacker chose. */
export const algorithmAndKey: Group = (api) => {
  const { good } = api;
  const [header, payload, signature] = good.segments;
  const entra = () => api.emulators?.privateKey().key;
  const withAlg = (alg: unknown, signer: Signer) => () => api.forge({ header: { alg } }, signer);
  const withHeader = (changes: Record<string, unknown>) => () => api.forge({ header: changes });
  const kids: [string, unknown][] = [
    ['missing', undefined],
    ['empty', ''],
    ['null', null],
    ['a number', 1],
    ['true', true],
    ['a list of itself', [good.header.kid]],
    ['an object', { kid: good.header.kid }],
    ['a path', '../../../../etc/passwd'],
    ['a device', '/dev/null'],
    ['SQL', "x' UNION SELECT 'key' --"],
    ['a command', '| sleep 5'],
    ['CRLF and a header', 'x\r\nX-Injected: yes'],
    ['NUL', `${good.header.kid}\0`],
    ['with a blank behind it', `${good.header.kid} `],
    [
      'in another case',
      String(good.header.kid).toUpperCase() === good.header.kid
        ? String(good.header.kid).toLowerCase()
        : String(good.header.kid).toUpperCase(),
    ],
    ['__proto__', '__proto__'],
    ['constructor', 'constructor'],
    ['unknown', 'no-such-key'],
    ['of 8 KB', 'k'.repeat(8_000)],
    ['a URL', 'https://attacker.example/key'],
  ];

  return [
    ...tokenCases(api, group, [
      ...nones.flatMap((alg): [string, () => string][] => [
        [`alg ${alg}, no signature`, () => `${unsigned(good, { header: { alg } })}.`],
        [
          `alg ${alg}, the old signature`,
          () => `${unsigned(good, { header: { alg } })}.${signature}`,
        ],
      ]),
      [
        'alg none without a kid',
        () => `${unsigned(good, { header: { alg: 'none', kid: undefined } })}.AA`,
      ],
      ...api.publicKeys.slice(0, 1).flatMap((jwk) =>
        spellings(jwk).flatMap(([name, secret]): [string, () => string][] => [
          [`HS256 keyed with the public key: ${name}`, withAlg('HS256', hmac(secret))],
          [
            `RS256 by name, HMAC by the public key: ${name}`,
            () => signedBy(`${header}.${payload}`, hmac(secret)),
          ],
        ]),
      ),
      ...weakSecrets.map((secret): [string, () => string] => [
        `HS256 keyed with ${JSON.stringify(secret)}`,
        withAlg('HS256', hmac(secret)),
      ]),
      ['HS384 with an empty key', withAlg('HS384', hmac('', 'sha384'))],
      ['HS512 with an empty key', withAlg('HS512', hmac('', 'sha512'))],
      [
        'RS256, signed by another key under the same kid',
        () => api.forge({}, rsa(mine.privateKey)),
      ],
      [
        'RS256, signed by another key, other claims',
        () => api.forge({ claims: { roles: ['Profiles.Manage'] } }, rsa(mine.privateKey)),
      ],
      ['ES256 under the same kid', withAlg('ES256', ecdsa(elliptic.privateKey))],
      [
        'EdDSA under the same kid',
        withAlg('EdDSA', (input) => sign(null, Buffer.from(input), edwards.privateKey)),
      ],
      ['PS256 by another key', withAlg('PS256', rsaPss(mine.privateKey))],
      ['ES256, a psychic signature of zeros', withAlg('ES256', fixed(Buffer.alloc(64)))],
      [
        'ES256, a psychic signature in DER',
        withAlg('ES256', fixed(Buffer.from('3006020100020100', 'hex'))),
      ],
      ['ES384, a psychic signature of zeros', withAlg('ES384', fixed(Buffer.alloc(96)))],
      ['RS256, a signature of zeros', () => api.forge({}, fixed(Buffer.alloc(256)))],
      [
        'RS256, a signature of one',
        () => api.forge({}, fixed(Buffer.from([...Buffer.alloc(255), 1]))),
      ],
      ['RS256, a signature of ones', () => api.forge({}, fixed(Buffer.alloc(256, 0xff)))],
      ['alg missing', withHeader({ alg: undefined })],
      ...[
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
      ].map((alg): [string, () => string] => [`alg ${JSON.stringify(alg)}`, withHeader({ alg })]),
      ['typ missing', withHeader({ typ: undefined })],
      ['typ of a logout token', withHeader({ typ: 'logout+jwt' })],
      ['typ of a DPoP proof', withHeader({ typ: 'dpop+jwt' })],
      ['typ of another type', withHeader({ typ: ['JWT'] })],
      ['crit of something unknown', withHeader({ crit: ['x'], x: true })],
      ['crit of exp', withHeader({ crit: ['exp'] })],
      ['crit empty', withHeader({ crit: [] })],
      ['crit a text', withHeader({ crit: 'exp' })],
      ['crit null', withHeader({ crit: null })],
      ['b64 false', withHeader({ b64: false })],
      ['b64 true', withHeader({ b64: true })],
      ['b64 false and critical', withHeader({ b64: false, crit: ['b64'] })],
      ['zip', withHeader({ zip: 'DEF' })],
      ['enc', withHeader({ enc: 'A256GCM' })],
      ['a nonce, as in tokens of Microsoft Graph', withHeader({ nonce: 'x' })],
      [
        'an embedded jwk that signed it',
        () => api.forge({ header: { jwk: ownJwk } }, rsa(mine.privateKey)),
      ],
      ['an embedded jwk beside a good signature', withHeader({ jwk: ownJwk })],
      ['x5c', withHeader({ x5c: [Buffer.from('certificate').toString('base64')] })],
      ...kids.map(([name, kid]): [string, () => string] => [`kid ${name}`, withHeader({ kid })]),
      ['a JWT in a JWT', () => api.forge({ header: { cty: 'JWT' }, claims: api.token })],
      [
        'a JWT in a JWT, as a JSON text',
        () => api.forge({ header: { cty: 'JWT' }, claims: JSON.stringify(api.token) }),
      ],
    ]),
    ...(entra()
      ? tokenCases(api, group, [
          ...(['sha384', 'sha512'] as const).flatMap((hash): [string, () => string][] => [
            [
              `RS${hash.slice(3)} by the right key`,
              () =>
                api.forge(
                  { header: { alg: `RS${hash.slice(3)}` } },
                  rsa(entra() ?? mine.privateKey, hash),
                ),
            ],
            [
              `RS256 by name, ${hash} by the right key`,
              () => api.forge({}, rsa(entra() ?? mine.privateKey, hash)),
            ],
          ]),
          ...(['sha256', 'sha384', 'sha512'] as const).map((hash): [string, () => string] => [
            `PS${hash.slice(3)} by the right key`,
            () =>
              api.forge(
                { header: { alg: `PS${hash.slice(3)}` } },
                rsaPss(entra() ?? mine.privateKey, hash),
              ),
          ]),
        ])
      : []),
  ];
};

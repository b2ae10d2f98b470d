import { createPublicKey, publicEncrypt } from 'node:crypto';
import { type Api, type CreateCases, malformedRequest, type TokenRow, tokenCases } from './case.ts';
import { base64url } from './forge.ts';

/**
 * Tokens that are not a compact JWS with two JSON objects and a signature, or that encode one in a
 * non-canonical way.
 */
export const tokenFormat: CreateCases = (api) =>
  tokenCases(api, [
    ...segmentRows(api),
    ...signatureRows(api),
    ...encodingRows(api),
    ...headerRows(api),
    ...payloadRows(api),
    ...claimNameRows(api),
  ]);

function segmentRows(api: Api): readonly TokenRow[] {
  const { token } = api;
  const [header, payload, signature] = api.decoded.segments;
  const json = JSON.stringify({ payload, protected: header, signature });
  const general = JSON.stringify({ payload, signatures: [{ protected: header, signature }] });
  const directHeader = base64url({ alg: 'dir', enc: 'A256GCM' });
  const direct = `${directHeader}..${base64url('iv')}.${payload}.${base64url('tag')}`;
  return [
    ['one segment', () => 'opaque'],
    ['one segment of the token', () => payload],
    ['two segments', () => `${header}.${payload}`],
    ['four segments', () => `${token}.${signature}`],
    ['five segments', () => `${token}.${payload}.${signature}`],
    ['one dot', () => '.'],
    ['two dots', () => '..'],
    ['four dots', () => '....'],
    ['an empty header', () => `.${payload}.${signature}`],
    ['an empty payload', () => `${header}..${signature}`],
    ['an empty signature', () => `${header}.${payload}.`],
    ['an empty segment before the token', () => `.${token}`],
    ['a JWE encrypted with the public key of Entra', () => encryptToken(api)],
    ['a JWE with alg dir', () => direct],
    ['the JSON serialization', () => json, malformedRequest],
    ['the JSON serialization in base64url', () => base64url(json)],
    ['the general JSON serialization in base64url', () => base64url(general)],
  ];
}

/** The positions of the signature's bytes in which one bit is flipped; -1 is the last byte. */
const flippedBytes = [0, 1, 100, 200, -1];

function signatureRows(api: Api): readonly TokenRow[] {
  const { token, decoded } = api;
  const [header, payload, signature] = decoded.segments;
  const bytes = Buffer.from(signature, 'base64url');
  const withSignature = (changed: Buffer) =>
    `${header}.${payload}.${changed.toString('base64url')}`;
  const zero = Buffer.alloc(1);
  const otherClaims = base64url({ ...decoded.claims, scp: 'Documents.Read' });
  return [
    ['a signature without its last character', () => token.slice(0, -1)],
    ['a signature without its last byte', () => withSignature(bytes.subarray(0, -1))],
    ['a signature of one byte', () => `${header}.${payload}.AA`],
    ['a signature with an additional zero byte', () => withSignature(Buffer.concat([bytes, zero]))],
    ['a signature after a zero byte', () => withSignature(Buffer.concat([zero, bytes]))],
    ...flippedBytes.map((position): TokenRow => {
      const index = position < 0 ? bytes.length + position : position;
      const bit = index % 8;
      const changed = Buffer.from(bytes);
      changed[index] = (changed[index] ?? 0) ^ (1 << bit);
      return [`bit ${bit} of signature byte ${index} flipped`, () => withSignature(changed)];
    }),
    ['the signature of another token', () => `${header}.${otherClaims}.${signature}`],
  ];
}

/** Encodings that a lenient base64url decoder maps to the same bytes. */
function encodingRows({ token, decoded }: Api): readonly TokenRow[] {
  const [header, payload, signature] = decoded.segments;
  const replaceOrAppend = (text: string, from: string, to: string) =>
    text.includes(from) ? text.replaceAll(from, to) : `${text}${to}`;
  const withUnusedBits = signature.slice(0, -1) + incrementCharacter(signature.slice(-1));
  return [
    ['unused bits set in the last character', () => `${header}.${payload}.${withUnusedBits}`],
    ['a padded signature', () => `${token}==`],
    ['a padded header and payload', () => `${header}=.${payload}==.${signature}`, malformedRequest],
    [
      'the base64 alphabet: +',
      () => `${header}.${payload}.${replaceOrAppend(signature, '-', '+')}`,
    ],
    [
      'the base64 alphabet: /',
      () => `${header}.${payload}.${replaceOrAppend(signature, '_', '/')}`,
    ],
    ['~ in the signature', () => `${header}.${payload}.~${signature}`],
    ['a space before the dot', () => `${header} .${payload}.${signature}`, malformedRequest],
    ['percent-encoded dots', () => token.replaceAll('.', '%2E'), malformedRequest],
  ];
}

function incrementCharacter(character: string): string {
  return String.fromCharCode(character.charCodeAt(0) + 1);
}

function headerRows(api: Api): readonly TokenRow[] {
  const row = (name: string, header: string | Buffer): TokenRow => [
    `the header is ${name}`,
    () => api.forge({ header }),
  ];
  const json = JSON.stringify(api.decoded.header);
  return [
    row('an empty array', '[]'),
    row('an array with the header', `[${json}]`),
    row('a string', '"header"'),
    row('null', 'null'),
    row('a number', '7'),
    row('an empty object', '{}'),
    row('incomplete JSON', json.slice(0, -1)),
    row('followed by another object', `${json}{}`),
    row('not UTF-8', Buffer.from([0x7b, 0xff, 0x7d])),
    row('in UTF-16', Buffer.from(json, 'utf16le')),
    row('an object with alg twice', json.replace('{', '{"alg":"none",')),
    row('an object with kid twice, once escaped', json.replace('{', '{"\\u006bid":"x",')),
    row('preceded by a byte order mark', `\ufeff${json}`),
  ];
}

function payloadRows(api: Api): readonly TokenRow[] {
  const row = (name: string, claims: string | Buffer): TokenRow => [
    `the payload is ${name}`,
    () => api.forge({ claims }),
  ];
  const json = JSON.stringify(api.decoded.claims);
  const invalidUtf8 = Buffer.concat([Buffer.from(json.slice(0, -1)), Buffer.from([0xc3, 0x7d])]);
  return [
    row('an empty array', '[]'),
    row('an array with the claims', `[${json}]`),
    row('a string', '"claims"'),
    row('null', 'null'),
    row('true', 'true'),
    row('an empty object', '{}'),
    row('incomplete JSON', json.slice(0, -1)),
    row('an object with a trailing comma', json.replace(/\}$/, ',}')),
    row('followed by a comment', `${json}/* */`),
    row('not UTF-8', invalidUtf8),
    row('an object with aud twice', json.replace('{', '{"aud":"somebody-else",')),
    row('an object with scp twice, the valid one last', json.replace('{', '{"scp":"nothing",')),
    row('preceded by a byte order mark', `\ufeff${json}`),
    row('5,000 nested arrays', '['.repeat(5_000) + ']'.repeat(5_000)),
  ];
}

/** Claims under names that only resemble the registered ones. */
function claimNameRows(api: Api): readonly TokenRow[] {
  const { claims } = api.decoded;
  const json = JSON.stringify(claims);
  const rename = (from: string, to: string) => () =>
    api.forge({ claims: { [from]: undefined, [to]: claims[from] } });
  const rows: TokenRow[] = [];
  for (const name of ['aud', 'scp', 'iss', 'exp', 'oid', 'tid']) {
    const capitalized = `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
    rows.push(
      [`${name} in upper case`, rename(name, name.toUpperCase())],
      [`${name} with a capital letter`, rename(name, capitalized)],
    );
  }
  rows.push(
    ['all claims in __proto__', () => api.forge({ claims: `{"__proto__":${json}}` })],
    ['all claims in another object', () => api.forge({ claims: `{"claims":${json}}` })],
  );
  return rows;
}

/**
 * Creates a well-formed JWE (RFC 7516 §7.1) for the public key of Entra. Its ciphertext is
 * arbitrary, because an API must reject it without decrypting it.
 */
function encryptToken({ publicKeys, token }: Api): string {
  const [jwk] = publicKeys;
  if (!jwk) throw new Error('Entra publishes no key.');
  const contentKey = Buffer.alloc(32, 7);
  const encryptedKey = publicEncrypt(
    { key: createPublicKey({ key: jwk, format: 'jwk' }), oaepHash: 'sha256' },
    contentKey,
  );
  const header = {
    alg: 'RSA-OAEP-256',
    enc: 'A256GCM',
    cty: 'JWT',
    kid: (jwk as { kid?: unknown }).kid,
  };
  const initializationVector = 'twelve bytes';
  const ciphertext = token.slice(0, 600);
  const authenticationTag = 'sixteen bytes!!!';
  return [
    base64url(header),
    encryptedKey.toString('base64url'),
    base64url(initializationVector),
    base64url(ciphertext),
    base64url(authenticationTag),
  ].join('.');
}

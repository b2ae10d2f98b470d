import { createPublicKey, publicEncrypt } from 'node:crypto';
import { type Group, invalid, malformed, tokenCases } from './case.ts';
import { base64url } from './forge.ts';

const group = 'Form';

/** What is not a compact JWS of two JSON objects and a signature, or is one in another spelling. */
export const form: Group = (api) => {
  const { token, good } = api;
  const [header, payload, signature] = good.segments;
  const bytes = Buffer.from(signature, 'base64url');
  const flipped = (at: number, bit: number) => {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ (1 << bit);
    return `${header}.${payload}.${changed.toString('base64url')}`;
  };
  const other = (text: string, from: RegExp, to: string) =>
    from.test(text) ? text.replace(from, to) : `${text}${to}`;
  const json = JSON.stringify({ payload, protected: header, signature });
  const general = JSON.stringify({ payload, signatures: [{ protected: header, signature }] });
  const withHeader = (part: string | Buffer) => () => api.forge({ header: part });
  const withPayload = (part: string | Buffer) => () => api.forge({ claims: part });
  const lastSpelling =
    signature.slice(0, -1) +
    (signature.endsWith('A')
      ? 'B'
      : String.fromCharCode(signature.charCodeAt(signature.length - 1) + 1));
  const renamed = (from: string, to: string) => () =>
    api.forge({ claims: { [from]: undefined, [to]: good.claims[from] } });
  const headerText = JSON.stringify(good.header);
  const claimsText = JSON.stringify(good.claims);

  return tokenCases(api, group, [
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
    ['an empty first segment before a whole token', () => `.${token}`],
    ['a JWE for the key of Entra', () => encrypted(api.publicKeys[0], token)],
    [
      'a JWE with dir',
      () =>
        `${base64url({ alg: 'dir', enc: 'A256GCM' })}..${base64url('iv')}.${payload}.${base64url('tag')}`,
    ],
    ['the JSON serialisation', () => json, malformed],
    ['the JSON serialisation in base64url', () => base64url(json)],
    ['the general JSON serialisation in base64url', () => base64url(general)],
    ['a signature without its last character', () => token.slice(0, -1)],
    [
      'a signature without its last byte',
      () => `${header}.${payload}.${bytes.subarray(0, -1).toString('base64url')}`,
    ],
    ['a signature of one byte', () => `${header}.${payload}.AA`],
    [
      'a signature with a byte more',
      () => `${header}.${payload}.${Buffer.concat([bytes, Buffer.alloc(1)]).toString('base64url')}`,
    ],
    [
      'a signature with a zero byte before it',
      () => `${header}.${payload}.${Buffer.concat([Buffer.alloc(1), bytes]).toString('base64url')}`,
    ],
    ...[0, 1, 100, 200, bytes.length - 1].map((at): [string, () => string] => [
      `bit ${at % 8} of signature byte ${at} flipped`,
      () => flipped(at, at % 8),
    ]),
    [
      'the signature of another token',
      () => `${header}.${base64url({ ...good.claims, scp: 'Documents.Read' })}.${signature}`,
    ],
    ['bits behind the end of the signature', () => `${header}.${payload}.${lastSpelling}`],
    ['the signature padded', () => `${token}==`],
    ['header and payload padded', () => `${header}=.${payload}==.${signature}`, malformed],
    ['the alphabet of base64: +', () => `${header}.${payload}.${other(signature, /-/g, '+')}`],
    ['the alphabet of base64: /', () => `${header}.${payload}.${other(signature, /_/g, '/')}`],
    ['~ in the signature', () => `${header}.${payload}.~${signature}`],
    ['a blank before the dot', () => `${header} .${payload}.${signature}`, malformed],
    ['dots percent-encoded', () => token.replaceAll('.', '%2E'), malformed],
    ['a header that is a list', withHeader('[]')],
    ['a header that is a list of the header', withHeader(`[${headerText}]`)],
    ['a header that is a text', withHeader('"header"')],
    ['a header that is null', withHeader('null')],
    ['a header that is a number', withHeader('7')],
    ['a header that is empty', withHeader('{}')],
    ['a header that is broken JSON', withHeader(headerText.slice(0, -1))],
    ['a header with something behind it', withHeader(`${headerText}{}`)],
    ['a header that is not UTF-8', withHeader(Buffer.from([0x7b, 0xff, 0x7d]))],
    ['a header in UTF-16', withHeader(Buffer.from(headerText, 'utf16le'))],
    ['a header that names alg twice', withHeader(headerText.replace('{', '{"alg":"none",'))],
    [
      'a header that names kid twice, once escaped',
      withHeader(headerText.replace('{', '{"\\u006bid":"x",')),
    ],
    ['a payload that is a list', withPayload('[]')],
    ['a payload that is a list of the claims', withPayload(`[${claimsText}]`)],
    ['a payload that is a text', withPayload('"claims"')],
    ['a payload that is null', withPayload('null')],
    ['a payload that is true', withPayload('true')],
    ['a payload that is empty', withPayload('{}')],
    ['a payload that is broken JSON', withPayload(claimsText.slice(0, -1))],
    ['a payload with a comma too many', withPayload(claimsText.replace(/\}$/, ',}'))],
    ['a payload with a comment', withPayload(`${claimsText}/* */`)],
    [
      'a payload that is not UTF-8',
      withPayload(Buffer.concat([Buffer.from(claimsText.slice(0, -1)), Buffer.from([0xc3, 0x7d])])),
    ],
    [
      'a payload that names aud twice',
      withPayload(claimsText.replace('{', '{"aud":"somebody-else",')),
    ],
    [
      'a payload that names scp twice, the good one last',
      withPayload(claimsText.replace('{', '{"scp":"nothing",')),
    ],
    ['a payload with a byte order mark', withPayload(`\ufeff${claimsText}`)],
    ['a header with a byte order mark', withHeader(`\ufeff${headerText}`)],
    ['a payload of 10,000 lists in lists', withPayload('['.repeat(5_000) + ']'.repeat(5_000))],
    ...(['aud', 'scp', 'iss', 'exp', 'oid', 'tid'] as const).flatMap(
      (name): [string, () => string][] => [
        [`${name} in upper case`, renamed(name, name.toUpperCase())],
        [`${name} with a capital`, renamed(name, `${name[0]?.toUpperCase()}${name.slice(1)}`)],
      ],
    ),
    ['__proto__ for all claims', withPayload(`{"__proto__":${claimsText}}`)],
    ['the claims inside another object', withPayload(`{"claims":${claimsText}}`), invalid],
  ]);
};

/** Five segments, the first key wrapped for whoever holds the private half (RFC 7516 §7.1); what is inside does not matter to one who must not look. */
function encrypted(jwk: Parameters<typeof createPublicKey>[0] | unknown, token: string): string {
  const key = publicEncrypt(
    { key: createPublicKey({ key: jwk as never, format: 'jwk' }), oaepHash: 'sha256' },
    Buffer.alloc(32, 7),
  );
  const header = {
    alg: 'RSA-OAEP-256',
    enc: 'A256GCM',
    cty: 'JWT',
    kid: (jwk as { kid?: unknown }).kid,
  };
  return [
    base64url(header),
    key.toString('base64url'),
    base64url('twelve bytes'),
    base64url(token.slice(0, 600)),
    base64url('sixteen bytes!!!'),
  ].join('.');
}

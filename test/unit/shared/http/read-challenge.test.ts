import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { encodeClaims, writeChallenge } from '../../../../shared/http/challenge.ts';
import { readChallenges, readClaimsChallenge } from '../../../../shared/http/read-challenge.ts';

const maxHeaderLength = 8 * 1024;
const c1 = { access_token: { acrs: { essential: true, value: 'c1' } } };
const json = JSON.stringify(c1);
const base64 = encodeClaims(c1);
/** Its base64 contains `+`, `/` and `=`, and its base64url contains `-` and `_`. */
const wild = { access_token: { 'note~?': 'ÿþ>>>???~~~' } };
const wildBase64 = encodeClaims(wild);
const wildBase64url = wildBase64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
const graphChallenge =
  'Bearer realm="", ' +
  'authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", ' +
  `error="insufficient_claims", claims="${base64}"`;

type Row = {
  readonly name: string;
  readonly header: string;
  /** The claims that a client must read from the header. */
  readonly claims: object | undefined;
};

/** Headers as servers write them. */
const rows: readonly Row[] = [
  {
    name: 'the challenge that our APIs write',
    header: writeChallenge({ realm: 'id', error: 'insufficient_claims', claims: base64 }),
    claims: c1,
  },
  {
    name: 'the challenge that Microsoft Graph writes',
    header: graphChallenge,
    claims: c1,
  },
  {
    name: 'a challenge with claims only',
    header: `Bearer claims="${base64}"`,
    claims: c1,
  },
  {
    name: 'a scheme in capitals',
    header: `BEARER claims="${base64}"`,
    claims: c1,
  },
  {
    name: 'a parameter name in capitals',
    header: `bearer CLAIMS="${base64}"`,
    claims: c1,
  },
  {
    name: 'blanks around =',
    header: `Bearer realm = "x" , claims = "${base64}"`,
    claims: c1,
  },
  {
    name: 'tabs around =',
    header: `Bearer claims\t=\t"${base64}"`,
    claims: c1,
  },
  {
    name: 'no blank after a comma',
    header: `Bearer realm="x",claims="${base64}"`,
    claims: c1,
  },
  {
    name: 'no comma between parameters',
    header: `Bearer realm="x" claims="${base64}"`,
    claims: c1,
  },
  {
    name: 'empty list members',
    header: `, ,Bearer realm="x", , claims="${base64}",`,
    claims: c1,
  },
  {
    name: 'a comma in quotes',
    header: `Bearer realm="a, claims=no, b", claims="${base64}"`,
    claims: c1,
  },
  {
    name: 'equals signs in quotes',
    header: `Bearer authorization_uri="https://a.example/?b=c&d=e==", claims="${base64}"`,
    claims: c1,
  },
  {
    name: 'escaped quotes in quotes',
    header: String.raw`Bearer realm="say \"claims=\", ok", claims="${base64}"`,
    claims: c1,
  },
  {
    name: 'a backslash at the end of a quoted value',
    header: String.raw`Bearer realm="C:\\", claims="${base64}"`,
    claims: c1,
  },
  {
    name: 'a single brace in quotes',
    header: `Bearer realm="{", claims="${base64}"`,
    claims: c1,
  },
  {
    name: 'a percent sign in another parameter',
    header: `Bearer error_description="100% of it, 5%2C", claims="${base64}"`,
    claims: c1,
  },
  {
    name: 'a percent sign in unescaped JSON',
    header: 'Bearer claims="{"access_token":{"note":"100%"}}"',
    claims: { access_token: { note: '100%' } },
  },
  {
    name: 'percent-encoded base64',
    header: `Bearer claims="${encodeURIComponent(wildBase64)}"`,
    claims: wild,
  },
  {
    name: 'percent-encoded JSON',
    header: `Bearer claims="${encodeURIComponent(json)}"`,
    claims: c1,
  },
  {
    name: 'another scheme before Bearer',
    header: `Negotiate, Bearer claims="${base64}"`,
    claims: c1,
  },
  {
    name: 'another scheme with token68 before Bearer',
    header: `NTLM TlRMTVNTUAAB==, Bearer claims="${base64}"`,
    claims: c1,
  },
  {
    name: 'Basic before and Digest after Bearer',
    header: `Basic realm="x", Bearer claims="${base64}", Digest nonce="y, z"`,
    claims: c1,
  },
  {
    name: 'two Bearer challenges, the second of which has claims',
    header: `Bearer realm="x", Bearer error="insufficient_claims", claims="${base64}"`,
    claims: c1,
  },
  {
    name: 'claims of another scheme before Bearer',
    header: `PoP nonce="abc", claims="bm8=", Bearer claims="${base64}"`,
    claims: c1,
  },
  {
    name: 'claims without quotes',
    header: `Bearer claims=${base64.replace(/=+$/, '')}`,
    claims: c1,
  },
  {
    name: 'padded claims without quotes',
    header: `Bearer claims=${wildBase64}, error=insufficient_claims`,
    claims: wild,
  },
  {
    name: 'base64 without padding',
    header: `Bearer claims="${wildBase64.replace(/=+$/, '')}"`,
    claims: wild,
  },
  {
    name: 'base64url',
    header: `Bearer claims="${wildBase64url}"`,
    claims: wild,
  },
  {
    name: 'unescaped JSON in quotes',
    header: `Bearer claims="${json}", error="insufficient_claims"`,
    claims: c1,
  },
  {
    name: 'unescaped JSON with blanks',
    header: 'Bearer claims=" { "access_token" : { "a" : "}\\"," } } ", x="y"',
    claims: { access_token: { a: '}",' } },
  },
  {
    name: 'unescaped JSON with braces in its strings',
    header: 'Bearer claims="{"access_token":{"a":"}","b":"{","c":"}\\" , "}}", x="y"',
    claims: { access_token: { a: '}', b: '{', c: '}" , ' } },
  },
  {
    name: 'unescaped JSON after other unescaped JSON',
    header: `Bearer other="{"a":{"b":[]}}", claims="${json}"`,
    claims: c1,
  },
  {
    name: 'unescaped JSON that is not complete',
    header: `Bearer claims="${json.slice(0, -1)}", error="x"`,
    claims: undefined,
  },
  {
    name: 'escaped JSON in quotes',
    header: `Bearer claims="${json.replaceAll('"', '\\"')}"`,
    claims: c1,
  },
  {
    name: 'two claims parameters, the first of which counts',
    header: `Bearer claims="${base64}", claims="${wildBase64}"`,
    claims: c1,
  },
  {
    name: 'a missing last quote',
    header: `Bearer error="insufficient_claims", claims="${base64}`,
    claims: c1,
  },
  {
    name: 'a scheme without parameters',
    header: 'Bearer',
    claims: undefined,
  },
  {
    name: 'a scheme without parameters, and blanks',
    header: ' Bearer ,',
    claims: undefined,
  },
  {
    name: 'Bearer with token68',
    header: 'Bearer eyJhbGciOi.eyJ.c2ln',
    claims: undefined,
  },
  {
    name: 'a challenge without claims',
    header: 'Bearer realm="x", error="invalid_token"',
    claims: undefined,
  },
  {
    name: 'claims in the value of another parameter',
    header: `Bearer realm="claims=${base64}"`,
    claims: undefined,
  },
  {
    name: 'claims of another scheme',
    header: `Basic claims="${base64}"`,
    claims: undefined,
  },
  {
    name: 'empty claims',
    header: 'Bearer claims=""',
    claims: undefined,
  },
  {
    name: 'claims that are not JSON',
    header: `Bearer claims="${btoa('access_token')}"`,
    claims: undefined,
  },
  {
    name: 'claims that are an array',
    header: `Bearer claims="${btoa('[{"access_token":{}}]')}"`,
    claims: undefined,
  },
  {
    name: 'claims without access_token',
    header: `Bearer claims="${btoa('{"id_token":{}}')}"`,
    claims: undefined,
  },
  {
    name: 'an access_token that is a string',
    header: `Bearer claims="${btoa('{"access_token":"c1"}')}"`,
    claims: undefined,
  },
  {
    name: 'base64 of invalid UTF-8',
    header: `Bearer claims="${btoa('{"access_token":{"a":"\xff\xfe"}}')}"`,
    claims: undefined,
  },
  {
    name: 'separators only',
    header: '=,==,"","\\',
    claims: undefined,
  },
  {
    name: 'a quoted value that is not complete',
    header: 'Bearer claims="\\',
    claims: undefined,
  },
  {
    name: 'an empty header',
    header: '',
    claims: undefined,
  },
  {
    name: 'more than 10 challenges',
    header: `${'Basic realm="x", '.repeat(10)}Bearer claims="${base64}"`,
    claims: undefined,
  },
  {
    name: 'more than 8 KiB',
    header: `Bearer realm="${'x'.repeat(8 * 1024)}", claims="${base64}"`,
    claims: undefined,
  },
];

test.each(rows)('the claims are read from a header with $name', ({ header, claims }) => {
  expect(readClaimsChallenge(header)).toEqual(claims);
});

test('there are at least 30 headers, and each has a name of its own', () => {
  const names = new Set(rows.map(({ name }) => name));
  expect(names.size).toBe(rows.length);
  expect(names.size).toBeGreaterThanOrEqual(30);
});

test('schemes, token68 and parameters are distinguished', () => {
  const header = 'Basic , NTLM abc+/==, Digest realm="a=b, c" ,nonce = xyz, Bearer';
  expect(readChallenges(header)).toEqual([
    { scheme: 'basic', token68: undefined, parameters: new Map() },
    { scheme: 'ntlm', token68: 'abc+/==', parameters: new Map() },
    {
      scheme: 'digest',
      token68: undefined,
      parameters: new Map([
        ['realm', 'a=b, c'],
        ['nonce', 'xyz'],
      ]),
    },
    { scheme: 'bearer', token68: undefined, parameters: new Map() },
  ]);
});

const printable = fc.string({
  unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
  maxLength: 60,
});
const parameterName = fc.stringMatching(/^[a-z][a-z_0-9-]{0,12}$/);

test('any printable ASCII in any parameter survives writing and reading', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(parameterName, printable), {
        selector: ([name]) => name,
        maxLength: 6,
      }),
      (entries) => {
        const [challenge, ...others] = readChallenges(writeChallenge(Object.fromEntries(entries)));
        expect(others).toEqual([]);
        expect([...(challenge?.parameters ?? [])]).toEqual(entries);
      },
    ),
    { numRuns: 2_000 },
  );
});

test('any JSON claims survive writing and reading with any other parameters', () => {
  const claims = fc.record({
    access_token: fc.dictionary(
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.jsonValue({ maxDepth: 2 }),
      { maxKeys: 4 },
    ),
  });
  fc.assert(
    fc.property(claims, printable, printable, (value, before, after) => {
      const header = writeChallenge({ realm: before, claims: encodeClaims(value), scope: after });
      fc.pre(header.length <= maxHeaderLength);
      expect(JSON.stringify(readClaimsChallenge(header))).toBe(
        JSON.stringify(JSON.parse(JSON.stringify(value))),
      );
    }),
    { numRuns: 1_000 },
  );
});

test('any header can be read', () => {
  const unit = fc.constantFrom('"', '\\', '=', ',', ' ', '{', '}', 'a', 'Bearer ', 'claims=');
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 200 }), (header) => {
      expect(() => readClaimsChallenge(header)).not.toThrow();
    }),
    { numRuns: 2_000 },
  );
});

test('long headers that repeat one part are read in linear time', () => {
  const parts = [
    'a',
    '=',
    '"',
    '\\',
    ' ',
    'a ',
    'a="',
    '{"',
    'a=b,',
    '"{"a":',
    'a="{"a":',
    'a="{"a":"',
  ];
  const startedAt = performance.now();
  for (const part of parts) {
    const repeated = part.repeat(Math.floor((maxHeaderLength - 16) / part.length));
    readClaimsChallenge(`Bearer claims="${repeated}`.slice(0, maxHeaderLength));
    readClaimsChallenge(repeated);
  }
  expect(performance.now() - startedAt).toBeLessThan(2_000);
});

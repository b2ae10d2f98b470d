import { afterAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { encodeClaims, writeChallenge } from '../../../../shared/http/challenge.ts';
import { readChallenges, readClaimsChallenge } from '../../../../shared/http/read-challenge.ts';

const c1 = { access_token: { acrs: { essential: true, value: 'c1' } } };
const json = JSON.stringify(c1);
const base64 = encodeClaims(c1);
/** Encodes to `+`, `/` and `=` in the standard alphabet, to `-` and `_` in the other. */
const wild = { access_token: { 'note~?': 'ÿþ>>>???~~~' } };
const wildBase64 = encodeClaims(wild);
const wildBase64url = wildBase64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
const real = `Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", error="insufficient_claims", claims="${base64}"`;

/** Headers as servers write them, and the claims that a client must read there. */
const rows: readonly (readonly [name: string, header: string, claims: object | undefined])[] = [
  [
    'what our APIs write',
    writeChallenge({ realm: 'id', error: 'insufficient_claims', claims: base64 }),
    c1,
  ],
  ['what Microsoft Graph writes', real, c1],
  ['only claims', `Bearer claims="${base64}"`, c1],
  ['scheme in capitals', `BEARER claims="${base64}"`, c1],
  ['parameter in capitals', `bearer CLAIMS="${base64}"`, c1],
  ['blanks round =', `Bearer realm = "x" , claims = "${base64}"`, c1],
  ['tabs round =', `Bearer claims\t=\t"${base64}"`, c1],
  ['no blank after the comma', `Bearer realm="x",claims="${base64}"`, c1],
  ['no comma at all', `Bearer realm="x" claims="${base64}"`, c1],
  ['empty list members', `, ,Bearer realm="x", , claims="${base64}",`, c1],
  ['comma inside quotes', `Bearer realm="a, claims=no, b", claims="${base64}"`, c1],
  [
    'equals signs inside quotes',
    `Bearer authorization_uri="https://a.example/?b=c&d=e==", claims="${base64}"`,
    c1,
  ],
  [
    'escaped quotes inside quotes',
    String.raw`Bearer realm="say \"claims=\", ok", claims="${base64}"`,
    c1,
  ],
  ['a backslash at the end of a text', String.raw`Bearer realm="C:\\", claims="${base64}"`, c1],
  ['a brace alone in quotes', `Bearer realm="{", claims="${base64}"`, c1],
  ['% in another parameter', `Bearer error_description="100% of it, 5%2C", claims="${base64}"`, c1],
  [
    '% in raw JSON',
    'Bearer claims="{"access_token":{"note":"100%"}}"',
    { access_token: { note: '100%' } },
  ],
  ['percent-encoded base64', `Bearer claims="${encodeURIComponent(wildBase64)}"`, wild],
  ['percent-encoded JSON', `Bearer claims="${encodeURIComponent(json)}"`, c1],
  ['another scheme before', `Negotiate, Bearer claims="${base64}"`, c1],
  ['token68 before', `NTLM TlRMTVNTUAAB==, Bearer claims="${base64}"`, c1],
  [
    'Basic before and Digest behind',
    `Basic realm="x", Bearer claims="${base64}", Digest nonce="y, z"`,
    c1,
  ],
  [
    'two Bearer, the second demands',
    `Bearer realm="x", Bearer error="insufficient_claims", claims="${base64}"`,
    c1,
  ],
  ['a token proof scheme beside', `PoP nonce="abc", claims="bm8=", Bearer claims="${base64}"`, c1],
  ['not quoted', `Bearer claims=${base64.replace(/=+$/, '')}`, c1],
  ['not quoted, padded', `Bearer claims=${wildBase64}, error=insufficient_claims`, wild],
  ['base64 without padding', `Bearer claims="${wildBase64.replace(/=+$/, '')}"`, wild],
  ['base64url', `Bearer claims="${wildBase64url}"`, wild],
  ['raw JSON in quotes', `Bearer claims="${json}", error="insufficient_claims"`, c1],
  [
    'raw JSON with blanks and lines',
    'Bearer claims=" { "access_token" : { "a" : "}\\"," } } ", x="y"',
    { access_token: { a: '}",' } },
  ],
  [
    'raw JSON with braces in strings',
    'Bearer claims="{"access_token":{"a":"}","b":"{","c":"}\\" , "}}", x="y"',
    { access_token: { a: '}', b: '{', c: '}" , ' } },
  ],
  ['raw JSON behind raw JSON', `Bearer other="{"a":{"b":[]}}", claims="${json}"`, c1],
  ['raw JSON that never ends', `Bearer claims="${json.slice(0, -1)}", error="x"`, undefined],
  ['escaped JSON in quotes', `Bearer claims="${json.replaceAll('"', '\\"')}"`, c1],
  ['claims twice: the first counts', `Bearer claims="${base64}", claims="${wildBase64}"`, c1],
  ['the last quote is missing', `Bearer error="insufficient_claims", claims="${base64}`, c1],
  ['a bare Bearer', 'Bearer', undefined],
  ['a bare Bearer with blanks', ' Bearer ,', undefined],
  ['Bearer with token68', 'Bearer eyJhbGciOi.eyJ.c2ln', undefined],
  ['no claims', 'Bearer realm="x", error="invalid_token"', undefined],
  ['claims only inside a text', `Bearer realm="claims=${base64}"`, undefined],
  ['claims of another scheme', `Basic claims="${base64}"`, undefined],
  ['empty claims', 'Bearer claims=""', undefined],
  ['claims that are no JSON', `Bearer claims="${btoa('access_token')}"`, undefined],
  ['claims that are a list', `Bearer claims="${btoa('[{"access_token":{}}]')}"`, undefined],
  ['claims without access_token', `Bearer claims="${btoa('{"id_token":{}}')}"`, undefined],
  ['access_token that is a text', `Bearer claims="${btoa('{"access_token":"c1"}')}"`, undefined],
  ['base64 of no UTF-8', `Bearer claims="${btoa('{"access_token":{"a":"\xff\xfe"}}')}"`, undefined],
  ['garbage', '=,==,"","\\', undefined],
  ['an unfinished text', 'Bearer claims="\\', undefined],
  ['nothing', '', undefined],
  [
    'more than 10 challenges',
    `${'Basic realm="x", '.repeat(10)}Bearer claims="${base64}"`,
    undefined,
  ],
  ['more than 8 KiB', `Bearer realm="${'x'.repeat(8 * 1024)}", claims="${base64}"`, undefined],
];

const seen: string[] = [];
afterAll(() => {
  process.stdout.write(
    `\nHeaders that a client must be able to read (${seen.length} of ${rows.length}):\n${seen.join('\n')}\n`,
  );
});

test.each(rows)('reads %s', (name, header, claims) => {
  const read = readClaimsChallenge(header);
  expect(read).toEqual(claims);
  seen.push(`  ${name.padEnd(34)} ${read ? JSON.stringify(read) : '(no claims)'}`);
});

test('there are 30 rows at least, each with a name of its own', () => {
  expect(new Set(rows.map(([name]) => name)).size).toBe(rows.length);
  expect(rows.length).toBeGreaterThanOrEqual(30);
});

test('tells schemes, token68 and parameters apart', () => {
  const read = readChallenges('Basic , NTLM abc+/==, Digest realm="a=b, c" ,nonce = xyz, Bearer');
  expect(
    read.map(({ scheme, token68, parameters }) => [
      scheme,
      token68,
      Object.fromEntries(parameters),
    ]),
  ).toEqual([
    ['basic', undefined, {}],
    ['ntlm', 'abc+/==', {}],
    ['digest', undefined, { realm: 'a=b, c', nonce: 'xyz' }],
    ['bearer', undefined, {}],
  ]);
});

const printable = fc.string({
  unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
  maxLength: 60,
});
const parameterName = fc.stringMatching(/^[a-z][a-z_0-9-]{0,12}$/);

test('whatever the writer writes, the reader reads: any text of printable ASCII in any parameter', () => {
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

test('whatever claims the writer encodes, the reader decodes: any JSON, in any script, beside any other parameter', () => {
  const claims = fc.record({
    access_token: fc.dictionary(
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.jsonValue({ maxDepth: 2 }),
      { maxKeys: 4 },
    ),
  });
  fc.assert(
    fc.property(claims, printable, printable, (value, before, behind) => {
      const header = writeChallenge({ realm: before, claims: encodeClaims(value), scope: behind });
      fc.pre(header.length <= 8 * 1024);
      expect(JSON.stringify(readClaimsChallenge(header))).toBe(
        JSON.stringify(JSON.parse(JSON.stringify(value))),
      );
    }),
    { numRuns: 1_000 },
  );
});

test('reads anything without failing, and in time that does not explode', () => {
  fc.assert(
    fc.property(
      fc.string({
        unit: fc.constantFrom('"', '\\', '=', ',', ' ', '{', '}', 'a', 'Bearer ', 'claims='),
        maxLength: 200,
      }),
      (header) => {
        readClaimsChallenge(header);
      },
    ),
    { numRuns: 2_000 },
  );
  const begun = performance.now();
  for (const unit of [
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
  ]) {
    const length = Math.floor((8 * 1024 - 16) / unit.length);
    readClaimsChallenge(`Bearer claims="${unit.repeat(length)}`.slice(0, 8 * 1024));
    readClaimsChallenge(unit.repeat(length));
  }
  expect(performance.now() - begun).toBeLessThan(2_000);
});

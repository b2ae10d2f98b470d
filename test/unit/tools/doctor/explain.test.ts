import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { explain } from '../../../../tools/doctor/explain.ts';
import { readSurroundings, type Surroundings } from '../../../../tools/doctor/surroundings.ts';
import { encodeClaims, writeChallenge } from '../../../../shared/http/challenge.ts';
import {
  audience,
  type Issuer,
  otherTenantId,
  rsaKey,
  startIssuer,
} from '../../../support/issuer.ts';

const downstream = 'd0375100-0000-4000-8000-0000000000a3';
const step = { access_token: { acrs: { essential: true, value: 'c1' } } };
const minute = 60;
let issuer: Issuer;
let surroundings: Surroundings;

beforeAll(async () => {
  issuer = await startIssuer();
  surroundings = { ...readSurroundings(undefined), authorityHost: issuer.host };
});
afterAll(() => issuer?.close());

const read = async (input: string, around = surroundings) =>
  (await explain(input, around))?.join('\n') ?? 'unknown';
const seconds = () => Math.floor(Date.now() / 1_000);

/** What is asked with a token: claims, header and key of `issuer.token`, and a phrase that must be in the answer. */
const tokens: readonly (readonly [
  string,
  Record<string, unknown>,
  Record<string, unknown>,
  RegExp,
])[] = [
  [
    'a good token A',
    {},
    {},
    /^Token A: an access token \(v2\.0\) for Original API\.[\s\S]*signature good[\s\S]*Original API accepts it\./,
  ],
  ['whose it is', {}, {}, /user {6}alice \(.*\) of Contoso/],
  ['its app', {}, {}, /app {7}Client App .*proved itself by nothing/],
  [
    'what it may not do',
    { scp: 'Documents.Read' },
    {},
    /Not with it \(403 insufficient_scope\): what needs Documents\.ReadWrite, Profile\.Read and/,
  ],
  [
    'a version 1 token',
    { ver: '1.0' },
    {},
    /^Token A: an access token \(v1\.0\)[\s\S]*signature good[\s\S]*Original API accepts it/,
  ],
  [
    'token B',
    { aud: downstream, azp: audience, azpacr: '2' },
    {},
    /^Token B: [\s\S]*Downstream API accepts it\./,
  ],
  ['token A at Downstream', {}, {}, /Downstream API refuses it: 401 invalid_token\. So it must be/],
  [
    'a token for another API',
    { aud: '07e20000-0000-4000-8000-0000000000a4' },
    {},
    /^An access token .* for another API: Some other app[\s\S]*- audience: Its audience \(aud\) is another API/,
  ],
  [
    'a token for Graph',
    { aud: '00000003-0000-0000-c000-000000000000' },
    { nonce: 'n' },
    /Microsoft Graph[\s\S]*- nonce: /,
  ],
  [
    'an app-only token',
    { idtyp: 'app', scp: undefined, roles: ['Everything'] },
    {},
    /^An app-only access token[\s\S]*Original API refuses it: 403 insufficient_scope\.\n {2}- kind/,
  ],
  [
    'an ID token',
    { scp: undefined, idtyp: undefined },
    {},
    /^An ID token[\s\S]*Original API refuses it: 401 invalid_token\.\n {2}- kind/,
  ],
  [
    'a client assertion',
    { iss: audience, sub: audience, aud: 'https://login.example/token' },
    {},
    /^A client assertion by which Original API/,
  ],
  [
    'a missing scope',
    { scp: 'User.Read' },
    {},
    /- scope: It has none of the scopes[\s\S]*consents to it/,
  ],
  [
    'an unknown calling app',
    { azp: '07e20000-0000-4000-8000-0000000000a4' },
    {},
    /Original API refuses it: 403 caller_not_allowed\.\n {2}- calling-app/,
  ],
  [
    'an expired token',
    { iat: 1_000_000, nbf: 1_000_000, exp: 1_003_600 },
    {},
    /ends .* days ago[\s\S]*- expiry: It has expired/,
  ],
  [
    'a token from the future',
    { nbf: seconds() + 10 * minute, iat: seconds() + 10 * minute },
    {},
    /- not-before: .*a clock is wrong[\s\S]*- issued-at/,
  ],
  [
    'a foreign tenant',
    { tid: otherTenantId },
    {},
    /of Fabrikam[\s\S]*- tenant: It was issued in a tenant that this API does not admit[\s\S]*ALLOWED_TENANT_IDS/,
  ],
  [
    'a wrong issuer',
    { iss: 'https://login.microsoftonline.com/x/v2.0' },
    {},
    /signature not checked: .* is not its issuer[\s\S]*- issuer: [\s\S]*AZURE_AUTHORITY_HOST/,
  ],
  ['no version', { ver: undefined }, {}, /of no known version[\s\S]*- version: /],
  [
    'an unknown key',
    {},
    { kid: 'somebody' },
    /signature bad[\s\S]*- key: It is signed with a key that Entra does not publish/,
  ],
  ['a step-up that is done', { acrs: ['c1'] }, {}, /contexts {2}c1 \(authentication contexts/],
  ['a client without challenges', {}, {}, /can {7}not take claims challenges \(xms_cc lacks cp1\)/],
  ['a client with challenges', { xms_cc: ['CP1'] }, {}, /can {7}take claims challenges/],
  ['an embedded key', {}, { jku: 'https://evil.example' }, /- embedded-key: .*a key of its own/],
];

test.each(tokens)('a token is explained: %s', async (_what, claims, header, phrase) => {
  const token = await issuer.token(claims, header);
  const said = await read(token);
  expect(said).toMatch(phrase);
  for (let at = 0; at + 12 <= token.length; at += 1)
    expect(said).not.toContain(token.slice(at, at + 12));
});

test('a signature by somebody else’s key is bad, and so named', async () => {
  expect(await read(await issuer.token({}, {}, rsaKey().privateKey))).toMatch(
    /signature bad[\s\S]*401 invalid_token\.\n {2}- signature: Its signature does not fit/,
  );
});

test('a token is found behind a header name, in quotes and in pieces', async () => {
  const token = await issuer.token();
  const pieces = token.replace(/(.{70})/g, '$1\n');
  for (const input of [
    `Bearer ${token}`,
    `Authorization: Bearer ${token}`,
    `"${token}"`,
    pieces,
    JSON.stringify({ access_token: token }),
  ])
    expect(await read(input)).toMatch(/^Token A/);
});

test('a token that was cut off, unsigned or encrypted is called so', async () => {
  const token = await issuer.token();
  const [header, payload] = token.split('.');
  expect(await read(`${header}.${payload}`)).toMatch(/- form: .*cut off/);
  expect(await read(`${header}.${payload}.`)).toMatch(/- form: .*unsigned/);
  expect(await read(`${header}.eyJub3Q`)).toMatch(/^A token that cannot be read[\s\S]*- form/);
  expect(await read(`${header}.AAAA.BBBB.CCCC.DDDD`)).toMatch(/^An encrypted token \(JWE\)/);
  expect(await read(await issuer.token({ groups: 'x'.repeat(17_000) }))).toMatch(
    /- size: It is over 16 KiB/,
  );
});

test('keys are asked of the configured authority alone, whatever the token says', async () => {
  const other = await startIssuer();
  try {
    const before = issuer.asked.length;
    const foreign = await other.token();
    expect(await read(foreign)).toMatch(
      /signature not checked: http:\/\/localhost:\d+ is not its issuer/,
    );
    expect(await read(foreign, readSurroundings(undefined))).toMatch(
      /signature not checked: no settings[\s\S]*accepts it, if its signature is good/,
    );
    expect(other.asked).toEqual([]);
    expect(issuer.asked).toHaveLength(before);
  } finally {
    await other.close();
  }
});

test('keys that cannot be had are no fault of the token', async () => {
  issuer.respond('/keys', (_request, response) => void response.writeHead(500).end());
  try {
    expect(await read(await issuer.token())).toMatch(
      /signature not checked: the keys of .* \(status 500\)[\s\S]*Original API accepts it, if/,
    );
  } finally {
    issuer.respond('/keys', undefined);
  }
});

const refusal = (body: object) =>
  JSON.stringify({ error_description: 'AADSTS1: alice@contoso.example', ...body });
const inputs: readonly (readonly [string, RegExp])[] = [
  [
    'AADSTS65001',
    /error invalid_grant, suberror consent_required[\s\S]*403 consent_required[\s\S]*api:\/\/0219a100-\S+\/\.default/,
  ],
  ['65001', /403 consent_required/],
  [
    'Description: AADSTS7000222: The provided client secret keys … Trace ID: x',
    /The client secret has expired[\s\S]*503 unavailable/,
  ],
  ['700027', /signed by a certificate that the registration does not have/],
  ['AADSTS50076', /401 step_up_required \(One more check\) with Entra’s claims/],
  ['AADSTS53003', /403 blocked[\s\S]*Do not try again/],
  ['AADSTS50105', /403 not_assigned[\s\S]*assign the user/],
  ['AADSTS50057', /403 account_disabled/],
  ['AADSTS90094', /403 admin_consent_required/],
  ['AADSTS500131', /500 unexpected[\s\S]*Token A must be for ORIGINAL_API_CLIENT_ID/],
  ['AADSTS500133', /401 invalid_token[\s\S]*check the clocks/],
  ['AADSTS50173', /401 sign_in_again/],
  ['AADSTS90055', /throttles[\s\S]*503 unavailable/],
  ['AADSTS700213', /federated credential[\s\S]*principal id of the managed identity/],
  [
    'AADSTS12345678',
    /not in the tables here: https:\/\/login\.microsoftonline\.com\/error\?code=12345678/,
  ],
  ['invalid_grant', /401 sign_in_again/],
  [
    refusal({
      error: 'interaction_required',
      suberror: 'basic_action',
      error_codes: [50079],
      claims: JSON.stringify(step),
    }),
    /401 step_up_required[\s\S]*authentication context c1/,
  ],
  [
    refusal({ error: 'invalid_grant', suberror: 'message_only', error_codes: [53003] }),
    /403 blocked/,
  ],
  [
    refusal({
      error: 'invalid_client',
      error_codes: [7000215],
      correlation_id: 'c0c0c0c0-0000-4000-8000-000000000001',
    }),
    /The client secret is wrong[\s\S]*correlation id c0c0c0c0-0000-4000-8000-000000000001/,
  ],
  [refusal({ error: 'made_up' }), /502 bad_gateway/],
  [
    '{"code":"caller_not_allowed","status":403}',
    /CLIENT_APP_IDS \(Original\) or ORIGINAL_API_CLIENT_ID \(Downstream\), and the pre-authorized/,
  ],
  [
    '{"code":"forbidden","status":403,"detail":"Only the owner."}',
    /403 Not allowed\. Only the owner\.[\s\S]*scope AND the user’s own right/,
  ],
  [
    '{"code":"unavailable","check":"exchange","aadsts":[7000222]}',
    /Run `npm run doctor`[\s\S]*The client secret has expired/,
  ],
  [
    '{"code":"invalid_token","check":"audience","correlationId":"11111111-2222"}',
    /failed check {4}audience: Its audience[\s\S]*grep 11111111-2222/,
  ],
  [
    JSON.stringify({ code: 'step_up_required', claims: step }),
    /the Client App {2}says “Your organisation asks for one more check[\s\S]*claims on to Entra/,
  ],
  [
    JSON.stringify({ code: 'consent_required', scopes: [`api://${downstream}/Documents.Read`] }),
    /scopes {10}api:\/\/d0375100-\S+\/Documents\.Read/,
  ],
  ['precondition_required', /If-Match/],
  ['bad_gateway', /downstreamStatus/],
  [
    'HTTP/1.1 403 Forbidden\r\ncontent-type: application/problem+json\r\n\r\n{"code":"not_assigned"}',
    /403 Not assigned/,
  ],
  [
    'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer realm="x"\r\n\r\n',
    /A challenge by x: no token was sent/,
  ],
  ['Bearer', /no token was sent/],
  [
    `WWW-Authenticate: ${writeChallenge({ realm: audience, error: 'insufficient_claims', claims: encodeClaims(step) })}`,
    /A challenge by Original API .*insufficient_claims[\s\S]*the authentication context c1/,
  ],
  [
    'Bearer error="invalid_token", error_description="The access token is expired."',
    /it says {9}The access token is expired/,
  ],
  [
    'Bearer error="insufficient_scope", scope="Documents.Read"',
    /insufficient_scope[\s\S]*scopes {10}Documents\.Read/,
  ],
  ['Bearer error="insufficient_claims", claims="nonsense"', /claims {10}cannot be read/],
  [
    'Bearer consentUri="https://login.example/", scopes="a b", proposedAction="consent"',
    /consent required[\s\S]*Nobody has consented/,
  ],
  [
    `Basic realm="x", Bearer error="invalid_request"`,
    /the scheme "basic": not one of these[\s\S]*invalid_request/,
  ],
  [
    encodeClaims({ access_token: { nbf: { essential: true, value: '1604106651' } } }),
    /A claims request[\s\S]*a token issued after 2020-10-31 01:10:51 UTC/,
  ],
  [
    JSON.stringify({
      access_token: {
        capolids: { essential: true, values: ['ca000000-0000-4000-8000-0000000000e1'] },
      },
    }),
    /Conditional Access policy "mfa" of the local emulators/,
  ],
  [
    '{"access_token":{"xms_cc":{"values":["cp1"]},"other":{"essential":true,"value":"v"}}}',
    /what the client can do: cp1[\s\S]*other: v \(essential\)/,
  ],
];

test.each(inputs)('%s is explained', async (input, phrase) => {
  const said = await read(input);
  expect(said).toMatch(phrase);
  expect(said).not.toContain('alice@contoso.example');
});

test.each([
  'hello world',
  '{}',
  '[1,2]',
  '12',
  '{"error":{"code":"x"}}',
  'eyJ',
  'a.b.c',
  'toString',
  '{"code":"constructor"}',
  'Bearer !',
])('%s is nothing that the doctor knows', async (input) =>
  expect(await read(input)).toBe('unknown'),
);

test('nothing in an input reaches the terminal as a control character, nor as a token', async () => {
  const token = await issuer.token();
  const said = await read(
    JSON.stringify({
      code: 'bad_request',
      detail: `\u001b[31mred\r\n${token}`,
      check: 'constructor',
      scopes: ['\u0007'],
    }),
  );
  expect(said).toMatch(/bad_request: 400 Bad request\. {1,2}\[31mred \[a token\]/);
  expect(said).not.toMatch(/[^\P{C}\n]/u);
});

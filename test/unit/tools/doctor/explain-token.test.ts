import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { createDirectory } from '../../../../local/doctor/create-directory.ts';
import { type ChainContext, createChainContext } from '../../../../tools/doctor/chain-context.ts';
import { explain } from '../../../../tools/doctor/explain.ts';
import {
  audience,
  type Issuer,
  otherTenantId,
  rsaKey,
  startIssuer,
} from '../../../support/issuer.ts';

const downstream = 'd0375100-0000-4000-8000-0000000000a3';
const otherApp = '07e20000-0000-4000-8000-0000000000a4';
const graph = '00000003-0000-0000-c000-000000000000';
const minute = 60;
const nowInSeconds = () => Math.floor(Date.now() / 1_000);

let issuer: Issuer;
const withoutSettings = createChainContext({ directory: createDirectory(), settings: undefined });

beforeAll(async () => {
  issuer = await startIssuer();
});

afterEach(() => issuer.respond('/keys', undefined));

afterAll(() => issuer?.close());

async function explainText(input: string, context?: ChainContext): Promise<string | undefined> {
  const lines = await explain(input, context ?? { ...withoutSettings, authorityHost: issuer.host });
  return lines?.join('\n');
}

interface TokenCase {
  readonly title: string;
  readonly claims?: Record<string, unknown>;
  readonly header?: Record<string, unknown>;
  /** Each must be found in the explanation. */
  readonly phrases: readonly RegExp[];
}

const tokenCases: readonly TokenCase[] = [
  {
    title: 'a valid token A',
    phrases: [
      /^Token A: an access token \(v2\.0\) for Original API\./,
      /signature valid/,
      /Original API accepts it\./,
    ],
  },
  { title: 'the user of a token', phrases: [/user {6}alice \(.*\) of Contoso/] },
  { title: 'the app of a token', phrases: [/app {7}Client App .*not authenticated/] },
  {
    title: 'the missing scopes of a token',
    claims: { scp: 'Documents.Read' },
    phrases: [/Routes that require Documents\.ReadWrite, Profile\.Read and .* reject it: 403/],
  },
  {
    title: 'a v1 token',
    claims: { ver: '1.0' },
    phrases: [/^Token A: an access token \(v1\.0\)/, /signature valid/, /Original API accepts it/],
  },
  {
    title: 'a valid token B',
    claims: { aud: downstream, azp: audience, azpacr: '2' },
    phrases: [/^Token B: /, /Downstream API accepts it\./],
  },
  {
    title: 'token A at Downstream API',
    phrases: [/Downstream API rejects it: 401 invalid_token\. This is correct/],
  },
  {
    title: 'a token for another API',
    claims: { aud: otherApp },
    phrases: [
      /^An access token .* for another API: Other app/,
      /- audience: The audience \(aud\) is another API/,
    ],
  },
  {
    title: 'a token for Microsoft Graph',
    claims: { aud: graph },
    header: { nonce: 'n' },
    phrases: [/Microsoft Graph/, /- nonce: /],
  },
  {
    title: 'an app-only token',
    claims: { idtyp: 'app', scp: undefined, roles: ['Everything'] },
    phrases: [
      /^An app-only access token/,
      /Original API rejects it: 403 insufficient_scope\.\n {2}- kind/,
    ],
  },
  {
    title: 'an ID token',
    claims: { scp: undefined, idtyp: undefined },
    phrases: [/^An ID token/, /Original API rejects it: 401 invalid_token\.\n {2}- kind/],
  },
  {
    title: 'a client assertion',
    claims: { iss: audience, sub: audience, aud: 'https://login.example/token' },
    phrases: [/^A client assertion with which Original API/],
  },
  {
    title: 'a token without a required scope',
    claims: { scp: 'User.Read' },
    phrases: [/- scope: The token contains no scope/, /consents to it/],
  },
  {
    title: 'a token of an unknown calling app',
    claims: { azp: otherApp },
    phrases: [/Original API rejects it: 403 caller_not_allowed\.\n {2}- calling-app/],
  },
  {
    title: 'an expired token',
    claims: { iat: 1_000_000, nbf: 1_000_000, exp: 1_003_600 },
    phrases: [/expires .* days ago/, /- expiry: The token has expired/],
  },
  {
    title: 'a token from the future',
    claims: { nbf: nowInSeconds() + 10 * minute, iat: nowInSeconds() + 10 * minute },
    phrases: [/- not-before: .*a clock is wrong/, /- issued-at/],
  },
  {
    title: 'a token of another tenant',
    claims: { tid: otherTenantId },
    phrases: [
      /of Fabrikam/,
      /- tenant: The token was issued in a tenant that this API does not allow/,
      /ALLOWED_TENANT_IDS/,
    ],
  },
  {
    title: 'a token of another issuer',
    claims: { iss: 'https://login.microsoftonline.com/x/v2.0' },
    phrases: [/signature not verified: .* is not the issuer/, /- issuer: /, /AZURE_AUTHORITY_HOST/],
  },
  {
    title: 'a token without a version',
    claims: { ver: undefined },
    phrases: [/\(unknown version\)/, /- version: /],
  },
  {
    title: 'a token signed with an unknown key',
    header: { kid: 'somebody' },
    phrases: [
      /signature invalid/,
      /- key: The token is signed with a key that Entra does not publish/,
    ],
  },
  {
    title: 'a token with a satisfied authentication context',
    claims: { acrs: ['c1'] },
    phrases: [/contexts {2}c1 \(authentication contexts/],
  },
  {
    title: 'a token of a client that does not handle claims challenges',
    phrases: [/client {4}does not handle claims challenges \(xms_cc lacks cp1\)/],
  },
  {
    title: 'a token of a client that handles claims challenges',
    claims: { xms_cc: ['CP1'] },
    phrases: [/client {4}handles claims challenges/],
  },
  {
    title: 'a token with a link to a key',
    header: { jku: 'https://evil.example' },
    phrases: [/- embedded-key: The header contains a key, or a link to one/],
  },
];

test.each(tokenCases)('explains $title', async ({ claims = {}, header = {}, phrases }) => {
  const explanation = await explainText(await issuer.token(claims, header));
  for (const phrase of phrases) expect(explanation).toMatch(phrase);
});

test.each(tokenCases)(
  'prints no part of the token when it explains $title',
  async ({ claims = {}, header = {} }) => {
    const partLength = 12;
    const token = await issuer.token(claims, header);
    const explanation = await explainText(token);
    for (let start = 0; start + partLength <= token.length; start += 1)
      expect(explanation).not.toContain(token.slice(start, start + partLength));
  },
);

test('reports the signature of another key as invalid', async () => {
  const explanation = await explainText(await issuer.token({}, {}, rsaKey().privateKey));
  expect(explanation).toMatch(/signature invalid/);
  expect(explanation).toMatch(/401 invalid_token\.\n {2}- signature: The signature is invalid/);
});

test.each([
  { form: 'after a scheme', wrap: (token: string) => `Bearer ${token}` },
  { form: 'after a header name', wrap: (token: string) => `Authorization: Bearer ${token}` },
  { form: 'in quotes', wrap: (token: string) => `"${token}"` },
  { form: 'across several lines', wrap: (token: string) => token.replace(/(.{70})/g, '$1\n') },
  {
    form: 'in a token response',
    wrap: (token: string) => JSON.stringify({ access_token: token }),
  },
])('recognizes a token $form', async ({ wrap }) => {
  expect(await explainText(wrap(await issuer.token()))).toMatch(/^Token A/);
});

test('explains a token that was cut off', async () => {
  const [header, payload] = (await issuer.token()).split('.');
  expect(await explainText(`${header}.${payload}`)).toMatch(/- form: .*cut off/);
});

test('explains an unsigned token', async () => {
  const [header, payload] = (await issuer.token()).split('.');
  expect(await explainText(`${header}.${payload}.`)).toMatch(/- form: .*unsigned/);
});

test('explains a token whose payload is not JSON', async () => {
  const [header] = (await issuer.token()).split('.');
  expect(await explainText(`${header}.eyJub3Q`)).toMatch(/^An unreadable token[\s\S]*- form/);
});

test('explains an encrypted token', async () => {
  const [header] = (await issuer.token()).split('.');
  const explanation = await explainText(`${header}.AAAA.BBBB.CCCC.DDDD`);
  expect(explanation).toMatch(/^An encrypted token \(JWE\)/);
});

test('explains a token that is too large', async () => {
  const token = await issuer.token({ groups: 'x'.repeat(17_000) });
  expect(await explainText(token)).toMatch(/- size: The token is larger than 16 KiB/);
});

test('fetches no keys for a token of another issuer', async () => {
  const otherIssuer = await startIssuer();
  const requestsBefore = issuer.requestedPaths.length;
  try {
    const explanation = await explainText(await otherIssuer.token());
    expect(explanation).toMatch(
      /signature not verified: http:\/\/localhost:\d+, .* not the issuer/,
    );
    expect(otherIssuer.requestedPaths).toEqual([]);
    expect(issuer.requestedPaths).toHaveLength(requestsBefore);
  } finally {
    await otherIssuer.close();
  }
});

test('fetches no keys without settings', async () => {
  const requestsBefore = issuer.requestedPaths.length;
  const explanation = await explainText(await issuer.token(), withoutSettings);
  expect(explanation).toMatch(/signature not verified: no settings/);
  expect(explanation).toMatch(/accepts it, if the signature is valid/);
  expect(issuer.requestedPaths).toHaveLength(requestsBefore);
});

test('does not blame the token when the keys are unavailable', async () => {
  issuer.respond('/keys', (_request, response) => {
    response.writeHead(500).end();
  });
  const explanation = await explainText(await issuer.token());
  expect(explanation).toMatch(/signature not verified: the keys of .* \(status 500\)/);
  expect(explanation).toMatch(/Original API accepts it, if/);
});

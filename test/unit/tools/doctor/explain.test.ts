import { expect, test } from '@jest/globals';
import { createDirectory } from '../../../../local/doctor/create-directory.ts';
import { encodeClaims, writeChallenge } from '../../../../shared/http/challenge.ts';
import { createChainContext } from '../../../../tools/doctor/chain-context.ts';
import { explain } from '../../../../tools/doctor/explain.ts';
import { audience } from '../../../support/issuer.ts';

const downstream = 'd0375100-0000-4000-8000-0000000000a3';
const stepUpClaims = { access_token: { acrs: { essential: true, value: 'c1' } } };
const context = createChainContext({ directory: createDirectory(), settings: undefined });

async function explainText(input: string): Promise<string | undefined> {
  const lines = await explain(input, context);
  return lines?.join('\n');
}

/** An error response of the token endpoint, with an e-mail address that must not be repeated. */
const entraErrorBody = (body: object) =>
  JSON.stringify({ error_description: 'AADSTS1: alice@contoso.example', ...body });

interface InputCase {
  readonly input: string;
  /** Each must be found in the explanation. */
  readonly phrases: readonly RegExp[];
}

const aadstsCases: readonly InputCase[] = [
  {
    input: 'AADSTS65001',
    phrases: [
      /error invalid_grant, suberror consent_required/,
      /403 consent_required/,
      /api:\/\/0219a100-\S+\/\.default/,
    ],
  },
  { input: '65001', phrases: [/403 consent_required/] },
  {
    input: 'Description: AADSTS7000222: The provided client secret keys … Trace ID: x',
    phrases: [/The client secret has expired/, /503 unavailable/],
  },
  { input: '700027', phrases: [/signed with a certificate that is not registered/] },
  {
    input: 'AADSTS50076',
    phrases: [/401 step_up_required \(Further authentication required\) with Entra’s claims/],
  },
  { input: 'AADSTS53003', phrases: [/403 blocked/, /Do not retry/] },
  { input: 'AADSTS50105', phrases: [/403 not_assigned/, /Assign the user/] },
  { input: 'AADSTS50057', phrases: [/403 account_disabled/] },
  { input: 'AADSTS90094', phrases: [/403 admin_consent_required/] },
  {
    input: 'AADSTS500131',
    phrases: [/500 unexpected/, /Use a token A for ORIGINAL_API_CLIENT_ID/],
  },
  { input: 'AADSTS500133', phrases: [/401 invalid_token/, /check the clocks/] },
  { input: 'AADSTS50173', phrases: [/401 sign_in_again/] },
  { input: 'AADSTS90055', phrases: [/throttles/, /503 unavailable/] },
  {
    input: 'AADSTS700213',
    phrases: [/federated credential/, /principal id of the managed identity/],
  },
  {
    input: 'AADSTS12345678',
    phrases: [/unknown to the doctor.*https:\/\/login\.microsoftonline\.com\/error\?code=12345678/],
  },
];

const entraErrorCases: readonly InputCase[] = [
  { input: 'invalid_grant', phrases: [/401 sign_in_again/] },
  {
    input: entraErrorBody({
      error: 'interaction_required',
      suberror: 'basic_action',
      error_codes: [50079],
      claims: JSON.stringify(stepUpClaims),
    }),
    phrases: [/401 step_up_required/, /authentication context c1/],
  },
  {
    input: entraErrorBody({
      error: 'invalid_grant',
      suberror: 'message_only',
      error_codes: [53003],
    }),
    phrases: [/403 blocked/],
  },
  {
    input: entraErrorBody({
      error: 'invalid_client',
      error_codes: [7000215],
      correlation_id: 'c0c0c0c0-0000-4000-8000-000000000001',
    }),
    phrases: [/The client secret is wrong/, /correlation id c0c0c0c0-0000-4000-8000-000000000001/],
  },
  { input: entraErrorBody({ error: 'made_up' }), phrases: [/502 bad_gateway/] },
];

const problemCases: readonly InputCase[] = [
  {
    input: '{"code":"caller_not_allowed","status":403}',
    phrases: [
      /CLIENT_APP_IDS \(Original\) or ORIGINAL_API_CLIENT_ID \(Downstream\)/,
      /the pre-authorized/,
    ],
  },
  {
    input: '{"code":"forbidden","status":403,"detail":"Only the owner."}',
    phrases: [/403 Forbidden\. Only the owner\./, /scope AND the user’s own right/],
  },
  {
    input: '{"code":"unavailable","check":"exchange","aadsts":[7000222]}',
    phrases: [/Run `npm run doctor`/, /The client secret has expired/],
  },
  {
    input: '{"code":"invalid_token","check":"audience","correlationId":"11111111-2222"}',
    phrases: [/failed check {4}audience: The audience/, /grep 11111111-2222/],
  },
  {
    input: JSON.stringify({ code: 'step_up_required', claims: stepUpClaims }),
    phrases: [
      /Client App {6}shows “Your organisation asks for one more check/,
      /claims unchanged to Entra/,
    ],
  },
  {
    input: JSON.stringify({
      code: 'consent_required',
      scopes: [`api://${downstream}/Documents.Read`],
    }),
    phrases: [/scopes {10}api:\/\/d0375100-\S+\/Documents\.Read/],
  },
  { input: 'precondition_required', phrases: [/If-Match/] },
  { input: 'bad_gateway', phrases: [/downstreamStatus/] },
  {
    input:
      'HTTP/1.1 403 Forbidden\r\ncontent-type: application/problem+json\r\n\r\n' +
      '{"code":"not_assigned"}',
    phrases: [/403 Not assigned/],
  },
];

const challengeCases: readonly InputCase[] = [
  {
    input: 'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer realm="x"\r\n\r\n',
    phrases: [/A challenge by x: no token was sent/],
  },
  { input: 'Bearer', phrases: [/no token was sent/] },
  {
    input: `WWW-Authenticate: ${writeChallenge({
      realm: audience,
      error: 'insufficient_claims',
      claims: encodeClaims(stepUpClaims),
    })}`,
    phrases: [/A challenge by Original API .*insufficient_claims/, /the authentication context c1/],
  },
  {
    input: 'Bearer error="invalid_token", error_description="The access token is expired."',
    phrases: [/description {5}The access token is expired/],
  },
  {
    input: 'Bearer error="insufficient_scope", scope="Documents.Read"',
    phrases: [/insufficient_scope/, /scopes {10}Documents\.Read/],
  },
  {
    input: 'Bearer error="insufficient_claims", claims="nonsense"',
    phrases: [/claims {10}unreadable/],
  },
  {
    input: 'Bearer consentUri="https://login.example/", scopes="a b", proposedAction="consent"',
    phrases: [/consent required/, /Original API has no consent/],
  },
  {
    input: 'Basic realm="x", Bearer error="invalid_request"',
    phrases: [/the scheme "basic"\. It is not from these APIs/, /invalid_request/],
  },
];

const claimsRequestCases: readonly InputCase[] = [
  {
    input: encodeClaims({ access_token: { nbf: { essential: true, value: '1604106651' } } }),
    phrases: [/A claims request/, /a token issued after 2020-10-31 01:10:51 UTC/],
  },
  {
    input: JSON.stringify({
      access_token: {
        capolids: { essential: true, values: ['ca000000-0000-4000-8000-0000000000e1'] },
      },
    }),
    phrases: [/Conditional Access policy "mfa" of the local emulators/],
  },
  {
    input: JSON.stringify({
      access_token: { xms_cc: { values: ['cp1'] }, other: { essential: true, value: 'v' } },
    }),
    phrases: [/the client’s capabilities: cp1/, /other: v \(essential\)/],
  },
];

async function expectExplanation({ input, phrases }: InputCase): Promise<void> {
  const explanation = await explainText(input);
  for (const phrase of phrases) expect(explanation).toMatch(phrase);
  expect(explanation).not.toContain('alice@contoso.example');
}

test.each(aadstsCases)('explains the AADSTS code in $input', expectExplanation);

test.each(entraErrorCases)('explains the error of the token endpoint $input', expectExplanation);

test.each(problemCases)('explains the problem $input', expectExplanation);

test.each(challengeCases)('explains the challenge $input', expectExplanation);

test.each(claimsRequestCases)('explains the claims request $input', expectExplanation);

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
])('does not recognize %s', async (input) => {
  expect(await explainText(input)).toBeUndefined();
});

test('prints neither control characters nor tokens of an input', async () => {
  const token = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl';
  const explanation = await explainText(
    JSON.stringify({
      code: 'bad_request',
      detail: `\u001b[31mred\r\n${token}`,
      check: 'constructor',
      scopes: ['\u0007'],
    }),
  );
  expect(explanation).toMatch(/bad_request: 400 Bad request\. {1,2}\[31mred \[token\]/);
  expect(explanation).not.toMatch(/[^\P{C}\n]/u);
});

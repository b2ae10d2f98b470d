import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { ApiError } from '../../../../shared/api-error.ts';
import { createExchange, type Exchange } from '../../../../shared/obo/exchange.ts';
import { redact, reveal } from '../../../../shared/redacted.ts';
import type { Caller } from '../../../../shared/token/caller.ts';
import { createKeys } from '../../../../shared/token/keys.ts';
import { createValidator, type Validate } from '../../../../shared/token/validate.ts';
import {
  alice,
  audience,
  clientApp,
  type Issuer,
  otherTenantId,
  startIssuer,
  tenantId,
} from '../../../support/issuer.ts';

/** Entra's own words, which must reach nobody: the real one quotes user names in them. */
const described =
  'AADSTS50076: alice@contoso.example must use multi-factor authentication. Trace ID: 1 Correlation ID: 2 Timestamp: 3';
const claims = '{"access_token":{"capolids":{"essential":true,"values":["d7a2bb4f-\\u00e9"]}}}';
const downstream = 'd0375100-0000-4000-8000-0000000000a3';

let issuer: Issuer;
let exchange: Exchange;
let caller: Caller;
let validate: Validate;
let posted: URLSearchParams[] = [];
let renewals = 0;
/** Moves past whatever an earlier test's refusal made the gate remember. */
let now = Date.now();

beforeAll(async () => {
  issuer = await startIssuer();
  const keys = createKeys({ authorityHost: issuer.host });
  validate = createValidator({ keys, tenantIds: [tenantId], audience });
  caller = await validate(redact(await issuer.token()));
  const credential = (version: string) => ({
    version,
    notAfter: undefined,
    options: () => ({ clientSecret: `canary-secret-${version}` }),
  });
  exchange = createExchange({
    now: () => now,
    authorityHost: issuer.host,
    clientId: audience,
    keys,
    credential: {
      current: async () => credential('1'),
      renew: async () => {
        renewals += 1;
        return credential('2');
      },
    },
  });
});
afterAll(() => issuer.close());
beforeEach(() => {
  now += 400_000;
  posted = [];
  renewals = 0;
});

const request = (changes: object = {}) => ({
  caller,
  scopes: [`api://${downstream}/Documents.Read`],
  audiences: [downstream],
  correlationId: '0af76519-16cd-43dd-8448-eb211c80319c',
  ...changes,
});

type Reply = (response: ServerResponse, form: URLSearchParams) => void;

/** Answers the next token requests, in order; the last answer stays. */
function entraAnswers(...replies: Reply[]): void {
  issuer.respond('/token', (message: IncomingMessage, response: ServerResponse) => {
    let body = '';
    message.on('data', (data) => {
      body += data;
    });
    message.on('end', () => {
      const form = new URLSearchParams(body);
      const reply = replies[Math.min(posted.length, replies.length - 1)] as Reply;
      posted.push(form);
      reply(response, form);
    });
  });
}

const json =
  (status: number, body: object, headers: Record<string, string> = {}): Reply =>
  (response) =>
    response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(JSON.stringify(body));
const refusal = (error: string, more: object = {}, status = 400): Reply =>
  json(status, {
    error,
    error_description: described,
    error_codes: [],
    timestamp: 't',
    trace_id: tenantId,
    correlation_id: otherTenantId,
    ...more,
  });
const tokenAnswer = (token: string): Reply =>
  json(200, { token_type: 'Bearer', scope: 'x', expires_in: 3_600, access_token: token });
const tokenB = (changes: object = {}) =>
  issuer.token({
    aud: downstream,
    azp: audience,
    azpacr: '1',
    exp: Math.floor(now / 1_000) + 3_600,
    ...changes,
  });

const denied = async (changes: object = {}): Promise<ApiError> =>
  exchange(request(changes)).then(
    () => {
      throw new Error('it was not refused');
    },
    (apiError: ApiError) => apiError,
  );

test('asks Entra as the On-Behalf-Of flow says, in the caller’s tenant, with token A as the assertion and cp1', async () => {
  const token = await tokenB();
  entraAnswers(tokenAnswer(token));
  const { token: b, expiresOnTimestamp } = await exchange(request());
  expect(reveal(b)).toBe(token);
  expect(expiresOnTimestamp).toBeGreaterThan(Date.now());
  expect(Object.fromEntries(posted[0] ?? [])).toMatchObject({
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    client_id: audience,
    client_secret: 'canary-secret-1',
    requested_token_use: 'on_behalf_of',
    scope: expect.stringContaining(`api://${downstream}/Documents.Read`),
    'client-request-id': '0af76519-16cd-43dd-8448-eb211c80319c',
  });
  expect(JSON.parse(posted[0]?.get('claims') ?? '').access_token).toEqual({
    xms_cc: { values: ['cp1'] },
  });
  expect(
    issuer.asked
      .filter((path) => path.includes('/token'))
      .every((path) => path.startsWith(`/${tenantId}/`)),
  ).toBe(true);
});

test('a challenge’s claims go out merged with the capability', async () => {
  entraAnswers(tokenAnswer(await tokenB()));
  await exchange(request({ claims: { access_token: { acrs: { essential: true, value: 'c1' } } } }));
  expect(JSON.parse(posted[0]?.get('claims') ?? '').access_token).toEqual({
    acrs: { essential: true, value: 'c1' },
    xms_cc: { values: ['cp1'] },
  });
});

describe('a refusal', () => {
  const bodies: [string, Reply][] = [
    [
      'interaction_required with a suberror',
      refusal('interaction_required', { error_codes: [50076], suberror: 'basic_action', claims }),
    ],
    [
      'interaction_required without one',
      refusal('interaction_required', { error_codes: [50079], claims }),
    ],
    [
      'invalid_grant without a suberror',
      refusal('invalid_grant', { error_codes: [50076], claims }),
    ],
    [
      'invalid_grant and basic_action',
      refusal('invalid_grant', { error_codes: [50076], suberror: 'basic_action', claims }),
    ],
    [
      'invalid_grant and proof_up_required',
      refusal('invalid_grant', { error_codes: [50079], suberror: 'proof_up_required', claims }),
    ],
    [
      'invalid_grant and protection_policies_required',
      refusal('invalid_grant', {
        error_codes: [53005],
        suberror: 'protection_policies_required',
        claims,
      }),
    ],
    [
      'a suberror that nobody knows',
      refusal('interaction_required', { suberror: 'something_new', claims }),
    ],
    ['an error that nobody knows', refusal('something_new', { claims })],
  ];
  test('keeps its claims whole in every shape of body', async () => {
    const rows: string[] = [];
    for (const [name, reply] of bodies) {
      entraAnswers(reply);
      const apiError = await denied();
      expect([name, apiError.code, apiError.options.claims]).toEqual([
        name,
        'step_up_required',
        JSON.parse(claims),
      ]);
      rows.push(`${apiError.code.padEnd(18)} claims whole   ${name}`);
    }
    process.stdout.write(`\n${rows.join('\n')}\n`);
  });

  const classes: [string, string, Reply, object?][] = [
    [
      'blocked',
      'message_only without claims',
      refusal('invalid_grant', { error_codes: [53003], suberror: 'message_only' }),
    ],
    [
      'blocked',
      'message_only with claims',
      refusal('interaction_required', { error_codes: [53003], suberror: 'message_only', claims }),
    ],
    ['blocked', '53003 alone', refusal('invalid_grant', { error_codes: [53003] })],
    [
      'blocked',
      'additional_action that names nothing',
      refusal('interaction_required', { suberror: 'additional_action' }),
    ],
    [
      'consent_required',
      'consent_required',
      refusal('invalid_grant', { suberror: 'consent_required' }),
      { scopes: [`api://${downstream}/Documents.Read`] },
    ],
    ['consent_required', '65001', refusal('invalid_grant', { error_codes: [65001] })],
    ['consent_required', '65004', refusal('interaction_required', { error_codes: [65004] })],
    [
      'admin_consent_required',
      '90094',
      refusal('invalid_grant', { error_codes: [90094], suberror: 'consent_required' }),
    ],
    ['account_disabled', '50057', refusal('invalid_grant', { error_codes: [50057] })],
    ['not_assigned', '50105', refusal('invalid_grant', { error_codes: [50105] })],
    ['sign_in_again', 'interaction_required alone', refusal('interaction_required')],
    ['sign_in_again', 'login_required', refusal('login_required')],
    ['sign_in_again', 'bad_token', refusal('invalid_grant', { suberror: 'bad_token' })],
    ['sign_in_again', 'token_expired', refusal('invalid_grant', { suberror: 'token_expired' })],
    ['sign_in_again', '50173', refusal('invalid_grant', { error_codes: [50173] })],
    ['sign_in_again', '50133', refusal('invalid_grant', { error_codes: [50133] })],
    [
      'sign_in_again',
      'claims that are no JSON',
      refusal('interaction_required', { claims: '{broken' }),
    ],
    [
      'invalid_token',
      '500133',
      refusal('invalid_grant', { error_codes: [500133] }),
      { detail: 'The access token is expired.' },
    ],
    ['invalid_token', '50013', refusal('invalid_grant', { error_codes: [50013] })],
    ['unexpected', '500131', refusal('invalid_grant', { error_codes: [500131] })],
    ['unexpected', 'invalid_scope', refusal('invalid_scope', { error_codes: [70011] })],
    ['unexpected', 'invalid_resource', refusal('invalid_resource', { error_codes: [500011] })],
    ['unexpected', '700016', refusal('unauthorized_client', { error_codes: [700016] })],
    [
      'unavailable',
      'temporarily_unavailable',
      refusal('temporarily_unavailable'),
      { retryAfter: 5 },
    ],
    ['unavailable', '90055', refusal('invalid_request', { error_codes: [90055] })],
    ['unavailable', '50196: a loop', refusal('invalid_grant', { error_codes: [50196] })],
    ['unavailable', '429 with seconds', json(429, {}, { 'retry-after': '17' }), { retryAfter: 17 }],
    [
      'unavailable',
      '429 with a day',
      json(429, {}, { 'retry-after': '86400' }),
      { retryAfter: 300 },
    ],
    [
      'unavailable',
      '429 with nonsense',
      json(429, {}, { 'retry-after': 'soon' }),
      { retryAfter: 5 },
    ],
    ['unavailable', '503 with HTML', (response) => response.writeHead(503).end('<html>')],
    ['bad_gateway', '200 with HTML', (response) => response.end('<html>')],
    ['bad_gateway', '200 with an empty object', json(200, {})],
    ['bad_gateway', '200 with an empty token', tokenAnswer('')],
    ['bad_gateway', '200 with something that is no token', tokenAnswer('opaque')],
    [
      'bad_gateway',
      'a body of 300 KiB',
      (response) => response.end(`{"x":"${'y'.repeat(300 * 1024)}"}`),
    ],
    ['bad_gateway', 'an error that nobody knows', refusal('teapot', {}, 418)],
  ];
  test.each(classes)('is %s: %s', async (code, _name, reply, options = {}) => {
    entraAnswers(reply);
    const apiError = await denied();
    expect({ code: apiError.code, ...apiError.options }).toMatchObject({ code, ...options });
    expect(JSON.stringify(apiError) + apiError.stack).not.toMatch(/alice|canary|Trace ID|AADSTS/);
    expect(posted).toHaveLength(1);
  });

  test('tells the log Entra’s numbers and ids, and no free text', async () => {
    entraAnswers(
      refusal('interaction_required', {
        error_codes: [50076],
        suberror: 'a text: alice@contoso.example',
        claims,
      }),
    );
    expect((await denied()).options.logContext).toEqual({
      check: 'exchange',
      means: expect.any(String),
      entraStatus: 400,
      entraError: 'interaction_required',
      entraSuberror: 'not a word',
      aadsts: [50076],
      entraTraceId: tenantId,
      entraCorrelationId: otherTenantId,
    });
  });

  test('for an additional action is a challenge once, and final when the user comes back with another token', async () => {
    entraAnswers(refusal('interaction_required', { suberror: 'additional_action', claims }));
    expect(await denied()).toMatchObject({
      code: 'step_up_required',
      options: { claims: JSON.parse(claims) },
    });
    expect((await denied()).code).toBe('step_up_required');
    const again = await validate(redact(await issuer.token({ uti: 'another' })));
    const final = await denied({ caller: again });
    expect(final).toMatchObject({
      code: 'blocked',
      options: { detail: expect.stringContaining('additional action') },
    });
    expect(final.options.claims).toBeUndefined();
  });

  test('of one user says nothing to another, not even when Entra throttles; and that user is not asked for again before it is due', async () => {
    const bob = await validate(redact(await issuer.token({ oid: otherTenantId })));
    entraAnswers(
      json(429, {}, { 'retry-after': '60' }),
      tokenAnswer(await tokenB({ oid: otherTenantId })),
      tokenAnswer(await tokenB()),
    );
    expect((await denied()).options.retryAfter).toBe(60);
    await exchange(request({ caller: bob }));
    now += 59_000;
    expect((await denied()).options.retryAfter).toBe(1);
    expect(posted).toHaveLength(2);
    now += 1_000;
    await exchange(request());
    expect(posted).toHaveLength(3);
  });
});

test.each([
  ['another user’s', { oid: otherTenantId }],
  ['another tenant’s', { tid: otherTenantId }],
  ['another audience’s', { aud: clientApp }],
  ['an app’s own', { scp: undefined }],
  ['of no audience', { aud: [] }],
  ['of an audience that is missing', { aud: undefined }],
  ['expired already', { exp: 1 }],
])('a token that is %s is not used', async (_name, changes) => {
  entraAnswers(tokenAnswer(await tokenB(changes)));
  expect((await denied()).code).toBe('bad_gateway');
});

test('what else is in the answer changes nothing', async () => {
  const token = await tokenB();
  entraAnswers(
    json(200, {
      token_type: 'Bearer',
      expires_in: 3_600,
      access_token: token,
      id_token: 'garbage',
      scope: 5,
      error: 'odd',
    }),
  );
  expect(reveal((await exchange(request())).token)).toBe(token);
  entraAnswers(tokenAnswer(`e30.${Buffer.from('null').toString('base64url')}.x`));
  expect((await denied()).code).toBe('bad_gateway');
});

test('a redirect is not followed: credential and assertion go nowhere else', async () => {
  entraAnswers((response) =>
    response.writeHead(307, { location: `${issuer.host.href}canary` }).end(),
  );
  expect((await denied()).code).toBe('bad_gateway');
  expect(issuer.count('canary')).toBe(0);
});

test.each([7000215, 7000222, 700027, 700024, 7000214, 1000502, 7000274, 7000277])(
  'credential refused (%i): read again, tried once more',
  async (code) => {
    const refused = refusal('invalid_client', { error_codes: [code] }, 401);
    entraAnswers(refused, tokenAnswer(await tokenB()));
    await exchange(request());
    expect(posted.map((form) => form.get('client_secret'))).toEqual([
      'canary-secret-1',
      'canary-secret-2',
    ]);
    entraAnswers(refused);
    posted = [];
    expect((await denied()).code).toBe('unavailable');
    expect([posted.length, renewals]).toEqual([2, 2]);
  },
);

test('only a caller that validation made can be acted for', async () => {
  await expect(exchange(request({ caller: { ...caller, objectId: alice } }))).rejects.toThrow(
    'not a caller that validation made',
  );
});

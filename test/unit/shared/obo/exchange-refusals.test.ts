import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ApiErrorCode } from '../../../../shared/api-error.ts';
import { otherTenantId, tenantId } from '../../../support/issuer.ts';
import {
  challengeClaims,
  downstreamScope,
  type Respond,
  respondWithError,
  respondWithJson,
  respondWithToken,
  startTokenEndpoint,
  type TokenEndpoint,
} from './token-endpoint.ts';

let endpoint: TokenEndpoint;

beforeAll(async () => {
  endpoint = await startTokenEndpoint();
});
afterAll(() => endpoint.close());

/** Returns the error of an exchange while the token endpoint responds like this. */
async function failureFor(respond: Respond) {
  const exchange = endpoint.setUp();
  exchange.respond(respond);
  const apiError = await exchange.failure(await endpoint.createCaller());
  return { apiError, requests: exchange.requests };
}

describe('a claims challenge reaches the caller unchanged with', () => {
  const bodies = [
    {
      name: 'interaction_required and a suberror',
      error: 'interaction_required',
      members: { error_codes: [50076], suberror: 'basic_action' },
    },
    {
      name: 'interaction_required and no suberror',
      error: 'interaction_required',
      members: { error_codes: [50079] },
    },
    {
      name: 'invalid_grant and no suberror',
      error: 'invalid_grant',
      members: { error_codes: [50076] },
    },
    {
      name: 'invalid_grant and basic_action',
      error: 'invalid_grant',
      members: { error_codes: [50076], suberror: 'basic_action' },
    },
    {
      name: 'invalid_grant and proof_up_required',
      error: 'invalid_grant',
      members: { error_codes: [50079], suberror: 'proof_up_required' },
    },
    {
      name: 'invalid_grant and protection_policies_required',
      error: 'invalid_grant',
      members: { error_codes: [53005], suberror: 'protection_policies_required' },
    },
    {
      name: 'an unknown suberror',
      error: 'interaction_required',
      members: { suberror: 'something_new' },
    },
    { name: 'an unknown error', error: 'something_new', members: {} },
  ];

  test.each(bodies)('$name', async ({ error, members }) => {
    const { apiError } = await failureFor(
      respondWithError(error, { ...members, claims: challengeClaims }),
    );
    expect(apiError.code).toBe('step_up_required');
    expect(apiError.options.claims).toEqual(JSON.parse(challengeClaims));
  });
});

type Classification = {
  readonly name: string;
  readonly code: ApiErrorCode;
  readonly respond: Respond;
  /** Further options that the error must have. */
  readonly options?: object;
};

const invalidGrant = (...codes: number[]) =>
  respondWithError('invalid_grant', { error_codes: codes });

const userRefusals: readonly Classification[] = [
  {
    name: 'message_only without claims',
    code: 'blocked',
    respond: respondWithError('invalid_grant', {
      error_codes: [53003],
      suberror: 'message_only',
    }),
  },
  {
    name: 'message_only with claims',
    code: 'blocked',
    respond: respondWithError('interaction_required', {
      error_codes: [53003],
      suberror: 'message_only',
      claims: challengeClaims,
    }),
  },
  { name: 'AADSTS53003 alone', code: 'blocked', respond: invalidGrant(53003) },
  {
    name: 'additional_action without claims',
    code: 'blocked',
    respond: respondWithError('interaction_required', { suberror: 'additional_action' }),
  },
  {
    name: 'the suberror consent_required',
    code: 'consent_required',
    respond: respondWithError('invalid_grant', { suberror: 'consent_required' }),
    options: { scopes: [downstreamScope] },
  },
  { name: 'AADSTS65001', code: 'consent_required', respond: invalidGrant(65001) },
  {
    name: 'AADSTS65004',
    code: 'consent_required',
    respond: respondWithError('interaction_required', { error_codes: [65004] }),
  },
  {
    name: 'AADSTS90094',
    code: 'admin_consent_required',
    respond: respondWithError('invalid_grant', {
      error_codes: [90094],
      suberror: 'consent_required',
    }),
  },
  { name: 'AADSTS50057', code: 'account_disabled', respond: invalidGrant(50057) },
  { name: 'AADSTS50105', code: 'not_assigned', respond: invalidGrant(50105) },
];

const signInRefusals: readonly Classification[] = [
  {
    name: 'interaction_required alone',
    code: 'sign_in_again',
    respond: respondWithError('interaction_required'),
  },
  { name: 'login_required', code: 'sign_in_again', respond: respondWithError('login_required') },
  {
    name: 'the suberror bad_token',
    code: 'sign_in_again',
    respond: respondWithError('invalid_grant', { suberror: 'bad_token' }),
  },
  {
    name: 'the suberror token_expired',
    code: 'sign_in_again',
    respond: respondWithError('invalid_grant', { suberror: 'token_expired' }),
  },
  { name: 'AADSTS50173', code: 'sign_in_again', respond: invalidGrant(50173) },
  { name: 'AADSTS50133', code: 'sign_in_again', respond: invalidGrant(50133) },
  {
    name: 'claims that are not JSON',
    code: 'sign_in_again',
    respond: respondWithError('interaction_required', { claims: '{broken' }),
  },
  {
    name: 'AADSTS500133',
    code: 'invalid_token',
    respond: invalidGrant(500133),
    options: { detail: 'The access token is expired.' },
  },
  { name: 'AADSTS50013', code: 'invalid_token', respond: invalidGrant(50013) },
];

const misconfigurations: readonly Classification[] = [
  { name: 'AADSTS500131', code: 'unexpected', respond: invalidGrant(500131) },
  {
    name: 'invalid_scope',
    code: 'unexpected',
    respond: respondWithError('invalid_scope', { error_codes: [70011] }),
  },
  {
    name: 'invalid_resource',
    code: 'unexpected',
    respond: respondWithError('invalid_resource', { error_codes: [500011] }),
  },
  {
    name: 'AADSTS700016',
    code: 'unexpected',
    respond: respondWithError('unauthorized_client', { error_codes: [700016] }),
  },
];

const unavailability: readonly Classification[] = [
  {
    name: 'temporarily_unavailable',
    code: 'unavailable',
    respond: respondWithError('temporarily_unavailable'),
    options: { retryAfter: 5 },
  },
  {
    name: 'AADSTS90055',
    code: 'unavailable',
    respond: respondWithError('invalid_request', { error_codes: [90055] }),
  },
  { name: 'AADSTS50196', code: 'unavailable', respond: invalidGrant(50196) },
  {
    name: '429 with seconds',
    code: 'unavailable',
    respond: respondWithJson(429, {}, { 'retry-after': '17' }),
    options: { retryAfter: 17 },
  },
  {
    name: '429 with a day',
    code: 'unavailable',
    respond: respondWithJson(429, {}, { 'retry-after': '86400' }),
    options: { retryAfter: 300 },
  },
  {
    name: '429 with an invalid Retry-After',
    code: 'unavailable',
    respond: respondWithJson(429, {}, { 'retry-after': 'soon' }),
    options: { retryAfter: 5 },
  },
  {
    name: '503 with HTML',
    code: 'unavailable',
    respond: (response) => response.writeHead(503).end('<html>'),
  },
];

const badResponses: readonly Classification[] = [
  { name: '200 with HTML', code: 'bad_gateway', respond: (response) => response.end('<html>') },
  { name: '200 with an empty object', code: 'bad_gateway', respond: respondWithJson(200, {}) },
  { name: '200 with an empty token', code: 'bad_gateway', respond: respondWithToken('') },
  { name: '200 with an opaque token', code: 'bad_gateway', respond: respondWithToken('opaque') },
  {
    name: 'a body of 300 KiB',
    code: 'bad_gateway',
    respond: (response) => response.end(`{"x":"${'y'.repeat(300 * 1024)}"}`),
  },
  {
    name: 'an unknown error',
    code: 'bad_gateway',
    respond: respondWithError('teapot', {}, 418),
  },
];

describe.each([
  { group: 'refusals that concern the user', classifications: userRefusals },
  { group: 'refusals that a new sign-in resolves', classifications: signInRefusals },
  { group: 'refusals of a misconfigured app', classifications: misconfigurations },
  { group: 'an unavailable token endpoint', classifications: unavailability },
  { group: 'a malformed response', classifications: badResponses },
])('$group', ({ classifications }) => {
  test.each(classifications)('$name becomes $code', async ({ code, respond, options = {} }) => {
    const { apiError } = await failureFor(respond);
    expect(apiError.code).toBe(code);
    expect(apiError.options).toMatchObject(options);
  });

  test.each(classifications)('$name shows no text of Entra and no secret', async ({ respond }) => {
    const { apiError } = await failureFor(respond);
    expect(JSON.stringify(apiError)).not.toMatch(/alice|canary|Trace ID|AADSTS/);
    expect(apiError.stack).not.toMatch(/alice|canary|Trace ID|AADSTS/);
  });

  test.each(classifications)('$name causes no second request', async ({ respond }) => {
    const { requests } = await failureFor(respond);
    expect(requests).toHaveLength(1);
  });
});

test('the log has the codes and ids of a refusal, and no text of Entra', async () => {
  const { apiError } = await failureFor(
    respondWithError('interaction_required', {
      error_codes: [50076],
      suberror: 'a text: alice@contoso.example',
      claims: challengeClaims,
    }),
  );
  expect(apiError.options.logContext).toEqual({
    check: 'exchange',
    explanation: expect.any(String),
    entraStatus: 400,
    entraError: 'interaction_required',
    entraSuberror: '(not an error code)',
    aadsts: [50076],
    entraTraceId: tenantId,
    entraCorrelationId: otherTenantId,
  });
});

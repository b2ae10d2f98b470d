import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type EntraEmulator, startEntra } from '../entra-emulator.ts';

let entra: EntraEmulator;
beforeAll(async () => {
  entra = await startEntra();
});
afterAll(() => entra.close());

const clientAppId = 'c11e4700-0000-4000-8000-0000000000a1';
const originalAppId = '0219a100-0000-4000-8000-0000000000a2';
const downstreamAppId = 'd0375100-0000-4000-8000-0000000000a3';
const unknownId = '11111111-1111-4111-8111-111111111111';

/** Creates an access token, by default token A of the Client App. */
async function mint(request: object): Promise<string> {
  return (await entra.token(request)).access_token;
}

interface RefusalCase {
  readonly reason: string;
  /** The changed fields of the form. */
  readonly form: () => Record<string, string> | Promise<Record<string, string>>;
  readonly aadsts: number;
  readonly error: string;
  /** Default: 400. */
  readonly status?: number;
}

const requestRefusals: readonly RefusalCase[] = [
  {
    reason: 'no requested_token_use',
    form: () => ({ requested_token_use: '' }),
    aadsts: 900144,
    error: 'invalid_request',
  },
  {
    reason: 'another requested_token_use',
    form: () => ({ requested_token_use: 'urn:x' }),
    aadsts: 9002313,
    error: 'invalid_request',
  },
  {
    reason: 'an unknown grant type',
    form: () => ({ grant_type: 'password' }),
    aadsts: 70003,
    error: 'unsupported_grant_type',
  },
  {
    reason: 'claims that are not JSON',
    form: () => ({ claims: '{"access_token":' }),
    aadsts: 9002313,
    error: 'invalid_request',
  },
];

const clientRefusals: readonly RefusalCase[] = [
  {
    reason: 'an unknown client',
    form: () => ({ client_id: unknownId }),
    aadsts: 700016,
    error: 'unauthorized_client',
  },
  {
    reason: 'a wrong secret',
    form: () => ({ client_secret: 'wrong' }),
    aadsts: 7000215,
    error: 'invalid_client',
    status: 401,
  },
  {
    reason: 'no credential',
    form: () => ({ client_secret: '' }),
    aadsts: 7000218,
    error: 'invalid_client',
    status: 401,
  },
  {
    reason: 'a public client',
    form: () => ({ client_secret: '', client_id: clientAppId }),
    aadsts: 7000114,
    error: 'unauthorized_client',
  },
];

const assertionRefusals: readonly RefusalCase[] = [
  {
    reason: 'no assertion',
    form: () => ({ assertion: '' }),
    aadsts: 900144,
    error: 'invalid_request',
  },
  {
    reason: 'an assertion that is not a token',
    form: () => ({ assertion: 'x.y.z' }),
    aadsts: 50013,
    error: 'invalid_grant',
  },
  {
    reason: 'an invalid signature',
    form: async () => ({ assertion: `${(await mint({ user: 'alice' })).slice(0, -8)}AAAAAAAA` }),
    aadsts: 50013,
    error: 'invalid_grant',
  },
  {
    reason: 'an expired token',
    form: async () => ({ assertion: await mint({ user: 'alice', claims: { exp: 1_000 } }) }),
    aadsts: 500133,
    error: 'invalid_grant',
  },
  {
    reason: 'a token for another API',
    form: async () => ({
      assertion: await mint({ user: 'alice', scope: 'downstream-api/.default' }),
    }),
    aadsts: 500131,
    error: 'invalid_grant',
  },
  {
    reason: 'an app-only token',
    form: async () => ({ assertion: await mint({ app: true }) }),
    aadsts: 50027,
    error: 'invalid_grant',
  },
  {
    reason: 'an ID token',
    form: async () => {
      const { id_token: assertion = '' } = await entra.token({
        user: 'alice',
        client: 'original-api',
      });
      return { assertion };
    },
    aadsts: 50027,
    error: 'invalid_grant',
  },
  {
    reason: 'a user of another tenant',
    form: async () => ({ assertion: await mint({ user: 'olga' }) }),
    aadsts: 50013,
    error: 'invalid_grant',
  },
  {
    reason: 'a disabled user',
    form: async () => ({ assertion: await mint({ user: 'dirk' }) }),
    aadsts: 50057,
    error: 'invalid_grant',
  },
];

const scopeRefusals: readonly RefusalCase[] = [
  {
    reason: 'an unknown resource',
    form: () => ({ scope: `api://${unknownId}/.default` }),
    aadsts: 500011,
    error: 'invalid_resource',
  },
  {
    reason: 'the short name of a resource',
    form: () => ({ scope: 'downstream-api/.default' }),
    aadsts: 500011,
    error: 'invalid_resource',
  },
  {
    reason: 'an unknown scope',
    form: () => ({ scope: `api://${downstreamAppId}/Documents.Admin` }),
    aadsts: 70011,
    error: 'invalid_scope',
  },
  {
    reason: 'two resources',
    form: () => ({ scope: `api://${downstreamAppId}/.default api://${originalAppId}/.default` }),
    aadsts: 28000,
    error: 'invalid_request',
  },
  {
    reason: '.default with another scope',
    form: () => ({
      scope: `api://${downstreamAppId}/.default api://${downstreamAppId}/Profile.Read`,
    }),
    aadsts: 70011,
    error: 'invalid_scope',
  },
];

test.each([...requestRefusals, ...clientRefusals, ...assertionRefusals, ...scopeRefusals])(
  'refuses $reason with AADSTS$aadsts',
  async ({ form, status = 400, aadsts, error }) => {
    const response = await entra.exchange(await form());

    expect(response.status).toBe(status);
    expect(response.body.error_codes).toEqual([aadsts]);
    expect(response.body.error).toBe(error);
    expect(response.body).not.toHaveProperty('access_token');
  },
);

test('refuses /common with AADSTS90002', async () => {
  const { body } = await entra.exchange({}, { tenant: 'common' });

  expect(body.error_codes).toEqual([90002]);
});

test('a refusal has the members and the text form of Entra', async () => {
  const correlationId = '0a0a0a0a-1111-4222-8333-444444444444';
  const form = { grant_type: 'password', client_id: originalAppId };
  const { body } = await entra.post(form, { headers: { 'client-request-id': correlationId } });
  const guid = '[0-9a-f-]{36}';
  const timestamp = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ`;
  const trailer = `Trace ID: ${guid} Correlation ID: ${correlationId} Timestamp: ${timestamp}`;

  expect(body).toEqual({
    error: 'unsupported_grant_type',
    error_description: expect.stringMatching(new RegExp(`^AADSTS70003: .+ ${trailer}$`)),
    error_codes: [70003],
    timestamp: expect.any(String),
    trace_id: expect.any(String),
    correlation_id: correlationId,
    error_uri: `${entra.context.origin}/error?code=70003`,
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type EntraEmulator, type Json, readClaims, startEntra } from '../entra-emulator.ts';

let entra: EntraEmulator;
beforeAll(async () => {
  entra = await startEntra();
});
afterAll(() => entra.close());
beforeEach(async () => {
  await entra.context.policies.reset();
  entra.context.recorder.clear();
});

const aliceOid = 'a11ce000-0000-4000-8000-000000000001';
const clientAppId = 'c11e4700-0000-4000-8000-0000000000a1';
const originalAppId = '0219a100-0000-4000-8000-0000000000a2';
const downstreamAppId = 'd0375100-0000-4000-8000-0000000000a3';
const unknownId = '11111111-1111-4111-8111-111111111111';

/** Creates an access token, by default token A of the Client App. */
async function mint(request: object): Promise<string> {
  return (await entra.token(request)).access_token;
}

describe('token B', () => {
  test('is for Downstream API, from Original API, with the user of token A', async () => {
    const { body } = await entra.exchange();
    const claims = readClaims(body.access_token);

    expect(claims).toMatchObject({
      aud: downstreamAppId,
      iss: `${entra.context.origin}/${entra.home}/v2.0`,
      azp: originalAppId,
      azpacr: '1',
      oid: aliceOid,
      tid: entra.home,
      idtyp: 'user',
      ver: '2.0',
      scp: 'Documents.Read Documents.ReadWrite Profile.Read Profile.ReadWrite',
    });
    expect(claims).not.toHaveProperty('roles');
  });

  test('has a valid signature', async () => {
    const { body } = await entra.exchange();
    const token = String(body.access_token);

    await expect(entra.context.signingKeys.verify(token)).resolves.toEqual(readClaims(token));
  });

  test('has the roles of the user at Downstream API', async () => {
    const { body } = await entra.exchange({ assertion: await mint({ user: 'dana' }) });

    expect(readClaims(body.access_token).roles).toEqual(['Profiles.Manage']);
  });

  test('has another sub than token A, because sub is pairwise', async () => {
    const assertion = await mint({ user: 'alice' });
    const { body } = await entra.exchange({ assertion });

    expect(readClaims(body.access_token).sub).not.toBe(readClaims(assertion).sub);
  });

  test('is issued by the tenant of the user', async () => {
    const assertion = await mint({ user: 'olga' });
    const { body } = await entra.exchange({ assertion }, { tenant: 'fabrikam' });

    expect(readClaims(body.access_token).tid).toBe(entra.context.directory.tenant('fabrikam')?.id);
  });

  test('has the capability cp1 when the client sends it', async () => {
    const claims = JSON.stringify({ access_token: { xms_cc: { values: ['CP1'] } } });
    const { body } = await entra.exchange({ claims });

    expect(readClaims(body.access_token).xms_cc).toEqual(['cp1']);
  });

  test('has no capability when the client sends none', async () => {
    const { body } = await entra.exchange();

    expect(readClaims(body.access_token)).not.toHaveProperty('xms_cc');
  });
});

describe('the response', () => {
  test('has token type, lifetime and the granted scopes', async () => {
    const { status, body } = await entra.exchange();
    const { exp, iat } = readClaims(body.access_token);

    expect(status).toBe(200);
    expect(body).toMatchObject({
      token_type: 'Bearer',
      expires_in: Number(exp) - Number(iat),
      scope: expect.stringContaining(`api://${downstreamAppId}/Documents.Read`),
    });
  });

  test('has no ID token and no refresh token', async () => {
    const { body } = await entra.exchange();

    expect(Object.keys(body).sort()).toEqual([
      'access_token',
      'expires_in',
      'ext_expires_in',
      'scope',
      'token_type',
    ]);
  });

  test('has an ID token and a refresh token for openid and offline_access', async () => {
    const scope = `openid offline_access api://${downstreamAppId}/.default`;
    const { body } = await entra.exchange({ scope });

    expect(body).toHaveProperty('id_token');
    expect(body).toHaveProperty('refresh_token');
    expect(body.scope).toMatch(/\/\.default$/);
  });
});

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

describe('policies', () => {
  const mfaChallenge = {
    access_token: {
      capolids: { essential: true, values: ['ca000000-0000-4000-8000-0000000000e1'] },
    },
  };
  const c1Challenge = { access_token: { acrs: { essential: true, value: 'c1' } } };
  const c1Claims = JSON.stringify(c1Challenge);

  const setPolicy = (name: string, value: string, user?: string) =>
    entra.context.policies.set(name, value, user);
  const parseChallenge = ({ claims }: Json) => JSON.parse(String(claims));

  test('MFA is refused with a claims challenge', async () => {
    await setPolicy('mfa', 'on');
    const { body } = await entra.exchange();

    expect(body).toMatchObject({
      error: 'interaction_required',
      suberror: 'basic_action',
      error_codes: [50076],
    });
    expect(parseChallenge(body)).toEqual(mfaChallenge);
  });

  test('MFA is satisfied by a token A with MFA', async () => {
    await setPolicy('mfa', 'on');
    const assertion = await mint({ user: 'alice', mfa: true });

    expect((await entra.exchange({ assertion })).status).toBe(200);
  });

  // Real refusals contain the user's name too. An API that returns the text would leak it.
  test('MFA is refused with the name of the user in the description', async () => {
    await setPolicy('mfa', 'on');
    const { body } = await entra.exchange();

    expect(body.error_description).toContain('alice@contoso.example');
  });

  test('an authentication context is granted while auth-context is off', async () => {
    const { body } = await entra.exchange({ claims: c1Claims });

    expect(readClaims(body.access_token).acrs).toEqual(['c1']);
  });

  test('an authentication context is refused with the same claims challenge', async () => {
    await setPolicy('auth-context', 'on');
    const { body } = await entra.exchange({ claims: c1Claims });

    expect(body).toMatchObject({
      error: 'interaction_required',
      suberror: 'basic_action',
      error_codes: [50076],
    });
    expect(parseChallenge(body)).toEqual(c1Challenge);
  });

  test('an authentication context is satisfied by a token A with the context', async () => {
    await setPolicy('auth-context', 'on');
    const assertion = await mint({ user: 'alice', acrs: 'c1' });
    const { body } = await entra.exchange({ claims: c1Claims, assertion });

    expect(readClaims(body.access_token).acrs).toEqual(['c1']);
  });

  test('auth-context does not affect a request without a context', async () => {
    await setPolicy('auth-context', 'on');

    expect((await entra.exchange()).status).toBe(200);
  });

  describe.each([
    {
      policy: 'block-location',
      value: 'on',
      refusal: {
        error: 'interaction_required',
        suberror: 'message_only',
        error_codes: [53003],
      },
    },
    {
      policy: 'consent',
      value: 'withdrawn',
      refusal: { error: 'invalid_grant', suberror: 'consent_required', error_codes: [65001] },
    },
    {
      policy: 'admin-consent',
      value: 'required',
      refusal: { error: 'invalid_grant', suberror: 'consent_required', error_codes: [90094] },
    },
    {
      policy: 'disable-user',
      value: 'on',
      refusal: { error: 'invalid_grant', suberror: undefined, error_codes: [50057] },
    },
    {
      policy: 'unassign-user',
      value: 'on',
      refusal: { error: 'invalid_grant', suberror: undefined, error_codes: [50105] },
    },
  ])('$policy $value', ({ policy, value, refusal }) => {
    test('is refused without a claims challenge', async () => {
      await setPolicy(policy, value);
      const { body } = await entra.exchange();
      const { error, suberror, error_codes } = body;

      expect({ error, suberror, error_codes }).toEqual(refusal);
      expect(body).not.toHaveProperty('claims');
    });

    test('is refused when it is set for the user', async () => {
      await setPolicy(policy, value, 'alice');

      expect((await entra.exchange()).body.error_codes).toEqual(refusal.error_codes);
    });

    test('is not refused when it is set for another user', async () => {
      await setPolicy(policy, value, 'bob');

      expect((await entra.exchange()).status).toBe(200);
    });

    test('is not refused after a reset', async () => {
      await setPolicy(policy, value);
      await entra.context.policies.reset();

      expect((await entra.exchange()).status).toBe(200);
    });
  });

  test('revoke-sessions refuses an older token A', async () => {
    const assertion = await mint({ user: 'alice' });
    await setPolicy('revoke-sessions', 'now', 'alice');

    expect((await entra.exchange({ assertion })).body).toMatchObject({
      error: 'invalid_grant',
      error_codes: [50173],
    });
  });

  test('revoke-sessions accepts the token A of a new sign-in', async () => {
    await setPolicy('revoke-sessions', 'now', 'alice');
    entra.pass(2);
    const assertion = await mint({ user: 'alice' });

    expect((await entra.exchange({ assertion })).status).toBe(200);
  });

  test('signing-key overlap keeps an older token A valid', async () => {
    const assertion = await mint({ user: 'alice' });
    await setPolicy('signing-key', 'overlap');

    expect((await entra.exchange({ assertion })).status).toBe(200);
  });

  test('signing-key emergency refuses an older token A', async () => {
    const assertion = await mint({ user: 'alice' });
    await setPolicy('signing-key', 'emergency');

    expect((await entra.exchange({ assertion })).body.error_codes).toEqual([50013]);
  });

  test('signing-key emergency accepts a new token A', async () => {
    await setPolicy('signing-key', 'emergency');

    expect((await entra.exchange()).status).toBe(200);
  });
});

describe('records', () => {
  test('have client, user, resource and the claims of token B', async () => {
    await entra.exchange();

    expect(entra.context.recorder.since(0)).toMatchObject([
      {
        hop: 'entra',
        operation: 'token',
        status: 200,
        facts: {
          client: originalAppId,
          user: aliceOid,
          resource: downstreamAppId,
          scopes: ['Documents.Read'],
          token: { aud: downstreamAppId, azp: originalAppId },
        },
      },
    ]);
  });

  test('have the error of a refusal', async () => {
    await entra.context.policies.set('mfa', 'on');
    await entra.exchange();

    expect(entra.context.recorder.since(0)).toMatchObject([
      {
        status: 400,
        facts: { error: 'interaction_required', aadsts: 50076, suberror: 'basic_action' },
      },
    ]);
  });

  test('have no token, no secret and no name', async () => {
    const assertion = await mint({ user: 'alice' });
    const [, , signature = ''] = assertion.split('.');
    await entra.exchange({ assertion });
    await entra.context.policies.set('mfa', 'on');
    await entra.exchange({ assertion });
    const records = JSON.stringify(entra.context.recorder.since(0));

    expect(records).not.toContain(signature);
    expect(records).not.toContain(entra.context.credentials.secretOf('original-api'));
    expect(records).not.toContain('alice@');
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type EntraEmulator, readClaims, startEntra } from '../entra-emulator.ts';

let entra: EntraEmulator;
let downstream: string;
let original: string;
beforeAll(async () => {
  entra = await startEntra();
  downstream = entra.context.directory.app('downstream-api')?.appId ?? '';
  original = entra.context.directory.app('original-api')?.appId ?? '';
});
afterAll(() => entra.close());
beforeEach(() => entra.context.policies.reset());

const alice = 'a11ce000-0000-4000-8000-000000000001';
const access = async (asked: object) => (await entra.token(asked)).access_token;

test('gives token B: same user, the downstream API’s audience, Original as a confidential client', async () => {
  const { status, body } = await entra.exchange();
  expect(status).toBe(200);
  expect(body).toMatchObject({
    token_type: 'Bearer',
    scope: expect.stringContaining(`api://${downstream}/Documents.Read`),
  });
  const claims = readClaims(body.access_token);
  expect(claims).toMatchObject({
    aud: downstream,
    iss: `${entra.context.origin}/${entra.home}/v2.0`,
    azp: original,
    azpacr: '1',
    oid: alice,
    tid: entra.home,
    idtyp: 'user',
    ver: '2.0',
    scp: 'Documents.Read Documents.ReadWrite Profile.Read Profile.ReadWrite',
  });
  expect(claims).not.toHaveProperty('roles');
  expect(Number(claims.exp) - Number(claims.iat)).toBe(body.expires_in);
  await expect(entra.context.signingKeys.verify(String(body.access_token))).resolves.toEqual(
    claims,
  );
});

test('gives the user’s own roles at the downstream API, and another pairwise subject than token A has', async () => {
  const assertion = await access({ user: 'dana' });
  const { body } = await entra.exchange({ assertion });
  const claims = readClaims(body.access_token);
  expect(claims.roles).toEqual(['Profiles.Manage']);
  expect(claims.sub).not.toBe(readClaims(assertion).sub);
});

test('gives no id token and no refresh token unless openid and offline_access are asked for', async () => {
  const { body } = await entra.exchange();
  expect(Object.keys(body).sort()).toEqual([
    'access_token',
    'expires_in',
    'ext_expires_in',
    'scope',
    'token_type',
  ]);
  const more = await entra.exchange({
    scope: `openid offline_access api://${downstream}/.default`,
  });
  expect(Object.keys(more.body)).toEqual(expect.arrayContaining(['id_token', 'refresh_token']));
  expect(more.body.scope).toMatch(/\/\.default$/);
});

test('exchanges at the user’s own tenant', async () => {
  const assertion = await access({ user: 'olga' });
  const { body } = await entra.exchange({ assertion }, { tenant: 'fabrikam' });
  expect(readClaims(body.access_token).tid).toBe(entra.context.directory.tenant('fabrikam')?.id);
});

const refused: [string, () => Promise<Record<string, string>> | Record<string, string>, object][] =
  [
    [
      'an unknown client',
      () => ({ client_id: '11111111-1111-4111-8111-111111111111' }),
      { status: 400, error: 'unauthorized_client', code: 700016 },
    ],
    [
      'a wrong secret',
      () => ({ client_secret: 'wrong' }),
      { status: 401, error: 'invalid_client', code: 7000215 },
    ],
    [
      'no credential',
      () => ({ client_secret: '' }),
      { status: 401, error: 'invalid_client', code: 7000218 },
    ],
    [
      'a public client',
      () => ({ client_secret: '', client_id: 'c11e4700-0000-4000-8000-0000000000a1' }),
      { error: 'unauthorized_client', code: 7000114 },
    ],
    [
      'no requested_token_use',
      () => ({ requested_token_use: '' }),
      { error: 'invalid_request', code: 900144 },
    ],
    [
      'another requested_token_use',
      () => ({ requested_token_use: 'urn:x' }),
      { error: 'invalid_request', code: 9002313 },
    ],
    [
      'an unknown grant',
      () => ({ grant_type: 'password' }),
      { error: 'unsupported_grant_type', code: 70003 },
    ],
    ['no assertion', () => ({ assertion: '' }), { error: 'invalid_request', code: 900144 }],
    [
      'an assertion that is no token',
      () => ({ assertion: 'x.y.z' }),
      { error: 'invalid_grant', code: 50013 },
    ],
    [
      'a token somebody else signed',
      async () => ({ assertion: `${(await access({ user: 'alice' })).slice(0, -8)}AAAAAAAA` }),
      { code: 50013 },
    ],
    [
      'an expired token',
      async () => ({ assertion: await access({ user: 'alice', claims: { exp: 1_000 } }) }),
      { error: 'invalid_grant', code: 500133 },
    ],
    [
      'a token for another API',
      async () => ({
        assertion: await access({ user: 'alice', scope: 'downstream-api/.default' }),
      }),
      { error: 'invalid_grant', code: 500131 },
    ],
    [
      'an app-only token',
      async () => ({ assertion: await access({ app: true }) }),
      { error: 'invalid_grant', code: 50027 },
    ],
    [
      'an ID token',
      async () => ({
        assertion: (await entra.token({ user: 'alice', client: 'original-api' })).id_token ?? '',
      }),
      { code: 50027 },
    ],
    [
      'a user of another tenant',
      async () => ({ assertion: await access({ user: 'olga' }) }),
      { error: 'invalid_grant', code: 50013 },
    ],
    [
      'a disabled user',
      async () => ({ assertion: await access({ user: 'dirk' }) }),
      { error: 'invalid_grant', code: 50057 },
    ],
    [
      'an unknown resource',
      () => ({ scope: 'api://11111111-1111-4111-8111-111111111111/.default' }),
      { error: 'invalid_resource', code: 500011 },
    ],
    [
      'a resource by its mere name',
      () => ({ scope: 'downstream-api/.default' }),
      { error: 'invalid_resource', code: 500011 },
    ],
    [
      'an unknown scope',
      () => ({ scope: `api://${downstream}/Documents.Admin` }),
      { error: 'invalid_scope', code: 70011 },
    ],
    [
      'two resources',
      () => ({ scope: `api://${downstream}/.default api://${original}/.default` }),
      { error: 'invalid_request', code: 28000 },
    ],
    [
      '.default among other scopes',
      () => ({ scope: `api://${downstream}/.default api://${downstream}/Profile.Read` }),
      { code: 70011 },
    ],
    [
      'claims that are no JSON',
      () => ({ claims: '{"access_token":' }),
      { error: 'invalid_request', code: 9002313 },
    ],
  ];
test.each(refused)(
  'refuses %s',
  async (_, form, {
    status = 400,
    code,
    error,
  }: { status?: number; code?: number; error?: string }) => {
    const answer = await entra.exchange(await form());
    expect({ status: answer.status, codes: answer.body.error_codes }).toEqual({
      status,
      codes: [code],
    });
    if (error) expect(answer.body.error).toBe(error);
    expect(answer.body).not.toHaveProperty('access_token');
  },
);

test('refuses /common, where no tenant is named', async () => {
  expect((await entra.exchange({}, { tenant: 'common' })).body.error_codes).toEqual([90002]);
});

test('describes a refusal as Entra does, under the caller’s correlation id', async () => {
  const id = '0a0a0a0a-1111-4222-8333-444444444444';
  const form = { grant_type: 'password', client_id: original };
  const { body } = await entra.post(form, { headers: { 'client-request-id': id } });
  expect(body).toEqual({
    error: 'unsupported_grant_type',
    error_description: expect.stringMatching(
      /^AADSTS70003: .+ Trace ID: [0-9a-f-]{36} Correlation ID: [0-9a-f-]{36} Timestamp: \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$/,
    ),
    error_codes: [70003],
    timestamp: expect.any(String),
    trace_id: expect.any(String),
    correlation_id: id,
    error_uri: `${entra.context.origin}/error?code=70003`,
  });
});

describe('policies', () => {
  const mfaClaims = {
    access_token: {
      capolids: { essential: true, values: ['ca000000-0000-4000-8000-0000000000e1'] },
    },
  };
  const c1 = { access_token: { acrs: { essential: true, value: 'c1' } } };
  const set = (name: string, value: string, user?: string) =>
    entra.context.policies.set(name, value, user);
  const refusal = async (form = {}) => {
    const { error, suberror, error_codes, claims } = (await entra.exchange(form)).body;
    return {
      error,
      suberror,
      code: (error_codes as number[] | undefined)?.[0],
      claims: claims && JSON.parse(String(claims)),
    };
  };

  test('MFA: a step-up challenge until token A carries the fact, and then token B', async () => {
    await set('mfa', 'on');
    expect(await refusal()).toEqual({
      error: 'interaction_required',
      suberror: 'basic_action',
      code: 50076,
      claims: mfaClaims,
    });
    const { status } = await entra.exchange({
      assertion: await access({ user: 'alice', mfa: true }),
    });
    expect(status).toBe(200);
  });

  test('an authentication context: granted where no policy guards it', async () => {
    const { body } = await entra.exchange({ claims: JSON.stringify(c1) });
    expect(readClaims(body.access_token).acrs).toEqual(['c1']);
  });

  test('an authentication context: refused with those claims until token A carries it', async () => {
    await set('auth-context', 'on');
    const claims = JSON.stringify(c1);
    expect((await entra.exchange()).status).toBe(200);
    expect(await refusal({ claims })).toEqual({
      error: 'interaction_required',
      suberror: 'basic_action',
      code: 50076,
      claims: c1,
    });
    const { body } = await entra.exchange({
      claims,
      assertion: await access({ user: 'alice', acrs: 'c1' }),
    });
    expect(readClaims(body.access_token).acrs).toEqual(['c1']);
  });

  test('the capability cp1 of the client is carried into the token', async () => {
    const claims = JSON.stringify({ access_token: { xms_cc: { values: ['CP1'] } } });
    expect(readClaims((await entra.exchange({ claims })).body.access_token).xms_cc).toEqual([
      'cp1',
    ]);
    expect(readClaims((await entra.exchange()).body.access_token)).not.toHaveProperty('xms_cc');
  });

  test.each([
    [
      'block-location',
      'on',
      { error: 'interaction_required', suberror: 'message_only', code: 53003 },
    ],
    ['consent', 'withdrawn', { error: 'invalid_grant', suberror: 'consent_required', code: 65001 }],
    [
      'admin-consent',
      'required',
      { error: 'invalid_grant', suberror: 'consent_required', code: 90094 },
    ],
    ['disable-user', 'on', { error: 'invalid_grant', suberror: undefined, code: 50057 }],
    ['unassign-user', 'on', { error: 'invalid_grant', suberror: undefined, code: 50105 }],
  ])(
    '%s %s refuses, for one user or for everybody, and stops at once when it is switched back',
    async (name, value, expected) => {
      await set(name, value, 'bob');
      expect((await entra.exchange()).status).toBe(200);
      await set(name, value);
      expect(await refusal()).toEqual({ ...expected, claims: undefined });
      await entra.context.policies.reset();
      expect((await entra.exchange()).status).toBe(200);
    },
  );

  test('revoked sessions: what was issued before is refused, a new sign-in is not', async () => {
    const before = await access({ user: 'alice' });
    await set('revoke-sessions', 'now', 'alice');
    expect(await refusal({ assertion: before })).toMatchObject({
      error: 'invalid_grant',
      code: 50173,
    });
    entra.pass(2);
    expect((await entra.exchange({ assertion: await access({ user: 'alice' }) })).status).toBe(200);
  });

  test('signing keys: an overlap keeps the old tokens good, an emergency does not', async () => {
    const before = await access({ user: 'alice' });
    await set('signing-key', 'overlap');
    expect((await entra.exchange({ assertion: before })).status).toBe(200);
    await set('signing-key', 'emergency');
    expect(await refusal({ assertion: before })).toMatchObject({ code: 50013 });
    expect((await entra.exchange()).status).toBe(200);
  });

  test('some refusals name the user, as the real ones do: a chain that passes the text on leaks', async () => {
    await set('mfa', 'on');
    expect((await entra.exchange()).body.error_description).toContain('alice@contoso.example');
  });
});

test('records what was asked and answered, and no token or secret', async () => {
  const assertion = await access({ user: 'alice' });
  entra.context.recorder.clear();
  await entra.exchange({ assertion });
  await entra.context.policies.set('mfa', 'on');
  await entra.exchange({ assertion });
  const [granted, refusedOne] = entra.context.recorder.since(0);
  expect(granted).toMatchObject({
    hop: 'entra',
    operation: 'token',
    status: 200,
    facts: {
      client: original,
      user: alice,
      resource: downstream,
      scopes: ['Documents.Read'],
      token: { aud: downstream, azp: original },
    },
  });
  expect(refusedOne).toMatchObject({
    status: 400,
    facts: { error: 'interaction_required', aadsts: 50076, suberror: 'basic_action' },
  });
  const text = JSON.stringify(entra.context.recorder.since(0));
  expect(text).not.toContain(assertion.split('.')[2] ?? '');
  expect(text).not.toContain(entra.context.credentials.secretOf('original-api'));
  expect(text).not.toContain('alice@');
});

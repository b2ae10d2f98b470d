import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type EntraEmulator, type Json, readClaims, startEntra } from '../entra-emulator.ts';

let entra: EntraEmulator;
beforeAll(async () => {
  entra = await startEntra();
});
afterAll(() => entra.close());
beforeEach(() => entra.context.policies.reset());

/** Creates an access token, by default token A of the Client App. */
async function mint(request: object): Promise<string> {
  return (await entra.token(request)).access_token;
}

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

import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { verifyGraphToken } from '../../../../../../local/emulators/entra/token/graph-token.ts';
import { type EntraEmulator, readClaims, startEntra } from '../entra-emulator.ts';

let entra: EntraEmulator;
beforeAll(async () => {
  entra = await startEntra();
});
afterAll(() => entra.close());
beforeEach(() => entra.context.policies.reset());

const graphAppId = '00000003-0000-0000-c000-000000000000';
const peopleScope = 'https://graph.microsoft.com/User.ReadBasic.All';

const setPolicy = (name: string, value: string, user?: string) =>
  entra.context.policies.set(name, value, user);
const exchangeForGraph = (scope = peopleScope) => entra.exchange({ scope });

describe('an exchange for Microsoft Graph', () => {
  test('issues a v1 token with the granted scopes', async () => {
    const { body } = await exchangeForGraph();

    expect(readClaims(body.access_token)).toMatchObject({
      aud: graphAppId,
      ver: '1.0',
      scp: 'openid profile email User.Read User.ReadBasic.All',
    });
  });

  test.each([
    { name: 'the app id of Graph', scope: `${graphAppId}/User.ReadBasic.All` },
    { name: 'no resource', scope: 'User.ReadBasic.All' },
  ])('accepts a scope with $name', async ({ scope }) => {
    expect((await exchangeForGraph(scope)).status).toBe(200);
  });

  test('refuses an App ID URI that Graph does not have', async () => {
    const { body } = await exchangeForGraph(`api://${graphAppId}/User.ReadBasic.All`);

    expect(body.error_codes).toEqual([500011]);
  });

  test('refuses a scope that the emulator does not have', async () => {
    const { body } = await exchangeForGraph('https://graph.microsoft.com/Mail.Read');

    expect(body.error_codes).toEqual([70011]);
  });

  test('refuses scopes of Graph and another API', async () => {
    const downstream = `api://${entra.context.directory.app('downstream-api')?.appId}`;
    const { body } = await exchangeForGraph(`${peopleScope} ${downstream}/Documents.Read`);

    expect(body.error_codes).toEqual([28000]);
  });

  test('does not need MFA, which the policy requires for Downstream API only', async () => {
    await setPolicy('mfa', 'on');

    expect((await exchangeForGraph()).status).toBe(200);
  });
});

describe.each([
  { policy: 'graph-consent', value: 'withdrawn', aadsts: 65001 },
  { policy: 'graph-consent', value: 'admin-required', aadsts: 90094 },
  { policy: 'consent', value: 'withdrawn', aadsts: 65001 },
  { policy: 'admin-consent', value: 'required', aadsts: 90094 },
])('$policy $value', ({ policy, value, aadsts }) => {
  test('refuses the exchange for Graph', async () => {
    await setPolicy(policy, value);

    expect((await exchangeForGraph()).body).toMatchObject({
      error: 'invalid_grant',
      suberror: 'consent_required',
      error_codes: [aadsts],
    });
  });

  test('refuses it only for the user it is set for', async () => {
    await setPolicy(policy, value, 'bob');

    expect((await exchangeForGraph()).status).toBe(200);
  });
});

test('graph-consent does not affect the exchange for Downstream API', async () => {
  await setPolicy('graph-consent', 'withdrawn');

  expect((await entra.exchange()).status).toBe(200);
});

describe('the signature of a token for Graph', () => {
  const createToken = async () => String((await exchangeForGraph()).body.access_token);

  test('is not valid for anyone who does not hash the nonce', async () => {
    await expect(entra.context.signingKeys.verify(await createToken())).rejects.toThrow();
  });

  test('is valid for Graph', async () => {
    const token = await createToken();

    await expect(verifyGraphToken(entra.context.signingKeys, token)).resolves.toEqual(
      readClaims(token),
    );
  });

  test('does not let Original API exchange the token', async () => {
    const { body } = await entra.exchange({ assertion: await createToken() });

    expect(body.error_codes).toEqual([50013]);
  });
});

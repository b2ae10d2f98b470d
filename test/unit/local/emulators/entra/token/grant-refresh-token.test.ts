import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { openBrowser } from '../authorize/browser.ts';
import { type EntraEmulator, type Json, readClaims, startEntra } from '../entra-emulator.ts';

let entra: EntraEmulator;
let signedIn: Json;
beforeAll(async () => {
  entra = await startEntra();
});
afterAll(() => entra.close());
beforeEach(async () => {
  await entra.context.policies.reset();
  signedIn = await openBrowser(entra).signIn('alice');
});

const appId = (name: string) => entra.context.directory.app(name)?.appId ?? '';
const refresh = (
  changes: Record<string, string> = {},
  headers: Record<string, string> = { origin: entra.context.clientAppOrigin },
) =>
  entra.post(
    {
      grant_type: 'refresh_token',
      client_id: appId('client-app'),
      refresh_token: String(signedIn.refresh_token),
      scope: `openid offline_access api://${appId('original-api')}/Documents.Read`,
      ...changes,
    },
    { headers },
  );

test('gives new tokens and a new refresh token; the old one stays good, since another tab may hold it', async () => {
  const { status, body } = await refresh();
  expect(status).toBe(200);
  expect(readClaims(body.access_token).aud).toBe(appId('original-api'));
  expect(body.refresh_token).not.toBe(signedIn.refresh_token);
  expect((await refresh({ refresh_token: String(body.refresh_token) })).status).toBe(200);
  expect((await refresh()).status).toBe(200);
});

test('ends 24 hours after the sign-in, whatever was refreshed in between', async () => {
  entra.pass(23 * 3_600_000);
  const { body } = await refresh();
  expect(body.refresh_token_expires_in).toBeLessThanOrEqual(3_600);
  entra.pass(3_600_000 + 1);
  expect((await refresh({ refresh_token: String(body.refresh_token) })).body.error_codes).toEqual([
    70008,
  ]);
});

test.each([
  ['a made-up one', { refresh_token: '1.Rx' }, 70000],
  ['another client’s', { client_id: '07e20000-0000-4000-8000-0000000000a4' }, 70000],
  ['one for an unknown API', { scope: 'api://nobody/.default' }, 500011],
])('refuses %s', async (_, changes, aadsts) => {
  expect((await refresh(changes)).body.error_codes).toEqual([aadsts]);
});

test('refuses a caller that is not the Client App’s page', async () => {
  expect((await refresh({}, {})).body.error_codes).toEqual([9002327]);
});

test.each([
  ['block-location', 'on', 53003],
  ['consent', 'withdrawn', 65001],
  ['admin-consent', 'required', 90094],
  ['disable-user', 'on', 50057],
  ['revoke-sessions', 'now', 50173],
])('evaluates the policies again: %s %s', async (name, value, aadsts) => {
  await entra.context.policies.set(name, value);
  expect((await refresh()).body.error_codes).toEqual([aadsts]);
});

test('with a step-up challenge wants the person, and grants a context that no policy guards', async () => {
  const claims = JSON.stringify({ access_token: { acrs: { essential: true, value: 'c1' } } });
  expect(readClaims((await refresh({ claims })).body.access_token).acrs).toEqual(['c1']);
  await entra.context.policies.set('auth-context', 'on');
  expect((await refresh()).status).toBe(200);
  expect((await refresh({ claims })).body).toMatchObject({
    error: 'interaction_required',
    suberror: 'basic_action',
    claims,
  });
});

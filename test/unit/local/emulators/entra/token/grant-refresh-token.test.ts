import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { openBrowser } from '../authorize/browser.ts';
import {
  type EntraEmulator,
  type Json,
  type JsonResponse,
  readClaims,
  startEntra,
} from '../entra-emulator.ts';

let entra: EntraEmulator;
/** The token response after alice has signed in. */
let signedIn: Json;
beforeAll(async () => {
  entra = await startEntra();
});
afterAll(() => entra.close());
beforeEach(async () => {
  await entra.context.policies.reset();
  signedIn = await openBrowser(entra).signIn('alice');
});

const otherAppId = '07e20000-0000-4000-8000-0000000000a4';
const hourMs = 3_600_000;
const appIdOf = (name: string) => entra.context.directory.app(name)?.appId ?? '';

/** Sends a refresh request as the Client App does, with some fields changed. */
function refresh(
  changes: Readonly<Record<string, string>> = {},
  headers: Record<string, string> = { origin: entra.context.clientAppOrigin },
): Promise<JsonResponse> {
  const form = {
    grant_type: 'refresh_token',
    client_id: appIdOf('client-app'),
    refresh_token: String(signedIn.refresh_token),
    scope: `openid offline_access api://${appIdOf('original-api')}/Documents.Read`,
    ...changes,
  };
  return entra.post(form, { headers });
}

describe('a refresh', () => {
  test('returns a new access token and a new refresh token', async () => {
    const { status, body } = await refresh();

    expect(status).toBe(200);
    expect(readClaims(body.access_token).aud).toBe(appIdOf('original-api'));
    expect(body.refresh_token).not.toBe(signedIn.refresh_token);
  });

  test('returns a refresh token that is valid', async () => {
    const { body } = await refresh();

    expect((await refresh({ refresh_token: String(body.refresh_token) })).status).toBe(200);
  });

  test('keeps the old refresh token valid, because another tab can hold it', async () => {
    await refresh();

    expect((await refresh()).status).toBe(200);
  });
});

describe('the lifetime', () => {
  test('counts down from 24 hours after the sign-in', async () => {
    entra.pass(23 * hourMs);
    const { body } = await refresh();

    expect(body.refresh_token_expires_in).toBeLessThanOrEqual(3_600);
  });

  test('ends 24 hours after the sign-in, despite a refresh', async () => {
    entra.pass(23 * hourMs);
    const { body } = await refresh();
    entra.pass(hourMs + 1);
    const late = await refresh({ refresh_token: String(body.refresh_token) });

    expect(late.body.error_codes).toEqual([70008]);
  });
});

test.each([
  { reason: 'an unknown refresh token', changes: { refresh_token: '1.Rx' }, aadsts: 70000 },
  { reason: 'another client', changes: { client_id: otherAppId }, aadsts: 70000 },
  { reason: 'an unknown API', changes: { scope: 'api://nobody/.default' }, aadsts: 500011 },
])('rejects $reason', async ({ changes, aadsts }) => {
  expect((await refresh(changes)).body.error_codes).toEqual([aadsts]);
});

test('rejects a request without the origin of the Client App', async () => {
  expect((await refresh({}, {})).body.error_codes).toEqual([9002327]);
});

test.each([
  { policy: 'block-location', value: 'on', aadsts: 53003 },
  { policy: 'consent', value: 'withdrawn', aadsts: 65001 },
  { policy: 'admin-consent', value: 'required', aadsts: 90094 },
  { policy: 'disable-user', value: 'on', aadsts: 50057 },
  { policy: 'revoke-sessions', value: 'now', aadsts: 50173 },
])('is refused with AADSTS$aadsts while $policy is $value', async ({ policy, value, aadsts }) => {
  await entra.context.policies.set(policy, value);

  expect((await refresh()).body.error_codes).toEqual([aadsts]);
});

describe('a requested authentication context', () => {
  const claims = JSON.stringify({ access_token: { acrs: { essential: true, value: 'c1' } } });

  test('is in the token when no policy requires a step-up', async () => {
    const { body } = await refresh({ claims });

    expect(readClaims(body.access_token).acrs).toEqual(['c1']);
  });

  test('needs a step-up when the auth-context policy is on', async () => {
    await entra.context.policies.set('auth-context', 'on');

    expect((await refresh({ claims })).body).toMatchObject({
      error: 'interaction_required',
      suberror: 'basic_action',
      claims,
    });
  });

  test('does not affect a refresh without it', async () => {
    await entra.context.policies.set('auth-context', 'on');

    expect((await refresh()).status).toBe(200);
  });
});

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type EntraEmulator, type Json, readClaims, startEntra } from '../entra-emulator.ts';
import { type Browser, openBrowser } from './browser.ts';

let entra: EntraEmulator;
let browser: Browser;
beforeEach(async () => {
  entra = await startEntra();
  browser = openBrowser(entra);
  await browser.signIn('alice');
});
afterEach(() => entra.close());

const aliceOid = 'a11ce000-0000-4000-8000-000000000001';
const mfaClaims = JSON.stringify({
  access_token: { capolids: { essential: true, values: ['ca000000-0000-4000-8000-0000000000e1'] } },
});
const c1Claims = JSON.stringify({ access_token: { acrs: { essential: true, value: 'c1' } } });

const setPolicy = (name: string, value: string) => entra.context.policies.set(name, value);
const submitAction = (action: string) => browser.submit({ account: aliceOid, action });

/** Redeems a code and returns the claims of token A. */
async function redeemClaims(code: string | undefined): Promise<Json> {
  const { body } = await browser.redeem(code);
  return readClaims(body.access_token);
}

describe('mfa', () => {
  beforeEach(() => setPolicy('mfa', 'on'));

  test('does not apply to Original API by itself', async () => {
    const { redirect } = await browser.open();

    expect(await redeemClaims(redirect.code)).toMatchObject({ amr: ['pwd'] });
  });

  test('redirects with interaction_required for the challenge and prompt=none', async () => {
    expect((await browser.open({ claims: mfaClaims, prompt: 'none' })).redirect).toMatchObject({
      error: 'interaction_required',
      suberror: 'basic_action',
    });
  });

  test('shows the step-up page for the challenge', async () => {
    expect((await browser.open({ claims: mfaClaims })).page).toContain('Approve');
  });

  test('issues a token A with MFA after the approval', async () => {
    await browser.open({ claims: mfaClaims });
    const { redirect } = await submitAction('approve');

    expect(await redeemClaims(redirect.code)).toMatchObject({ amr: ['pwd', 'mfa'] });
  });

  test('is satisfied for the session after the approval', async () => {
    await browser.open({ claims: mfaClaims });
    await submitAction('approve');

    expect((await browser.open({ claims: mfaClaims })).redirect.code).toBeDefined();
  });

  test('redirects with access_denied when the user cancels', async () => {
    await browser.open({ claims: mfaClaims });

    expect((await submitAction('cancel')).redirect.error).toBe('access_denied');
  });
});

describe('auth-context', () => {
  beforeEach(() => setPolicy('auth-context', 'on'));

  test('shows the step-up page with the authentication context', async () => {
    expect((await browser.open({ claims: c1Claims })).page).toContain('authentication context c1');
  });

  test('issues a token A with the authentication context after the approval', async () => {
    await browser.open({ claims: c1Claims });
    const { redirect } = await submitAction('approve');

    expect(await redeemClaims(redirect.code)).toMatchObject({ acrs: ['c1'] });
  });
});

describe('consent withdrawn', () => {
  const openDefaultScope = () => {
    const original = `api://${entra.context.directory.app('original-api')?.appId}`;
    return browser.open({ scope: `openid offline_access ${original}/.default` });
  };

  beforeEach(() => setPolicy('consent', 'withdrawn'));

  test('asks for the named scope at Original API only', async () => {
    const { page } = await browser.open();

    expect(page).toContain('Client App → Original API');
    expect(page).not.toContain('Downstream');
  });

  test('asks for both APIs for .default', async () => {
    const { page } = await openDefaultScope();

    expect(page).toContain('Client App → Original API');
    expect(page).toContain('Original API → Downstream API');
  });

  test('redirects with access_denied when the user declines', async () => {
    await openDefaultScope();

    expect((await submitAction('decline')).redirect).toMatchObject({
      error: 'access_denied',
      error_description: expect.stringContaining('65004'),
    });
  });

  test('refuses the exchange after the user has declined', async () => {
    await openDefaultScope();
    await submitAction('decline');

    expect((await entra.exchange()).body.error_codes).toEqual([65001]);
  });

  test('issues a code and allows the exchange after the user has accepted', async () => {
    await openDefaultScope();
    const { redirect } = await submitAction('accept');

    expect((await browser.redeem(redirect.code)).status).toBe(200);
    expect((await entra.exchange()).status).toBe(200);
  });

  test('refuses the exchange for another user after one user has accepted', async () => {
    await openDefaultScope();
    await submitAction('accept');
    const { access_token: assertion } = await entra.token({ user: 'bob' });

    expect((await entra.exchange({ assertion })).body.error_codes).toEqual([65001]);
  });
});

describe('graph-consent', () => {
  const openDefaultScope = () => {
    const original = `api://${entra.context.directory.app('original-api')?.appId}`;
    return browser.open({ scope: `openid ${original}/.default` });
  };
  const exchangeForGraph = () =>
    entra.exchange({ scope: 'https://graph.microsoft.com/User.ReadBasic.All' });

  test('withdrawn asks for Microsoft Graph with .default', async () => {
    await setPolicy('graph-consent', 'withdrawn');

    expect((await openDefaultScope()).page).toContain('Original API → Microsoft Graph');
  });

  test('withdrawn does not affect a sign-in for a named scope', async () => {
    await setPolicy('graph-consent', 'withdrawn');

    expect((await browser.open()).redirect.code).toBeDefined();
  });

  test('withdrawn allows the exchange after the user has accepted', async () => {
    await setPolicy('graph-consent', 'withdrawn');
    await openDefaultScope();
    await submitAction('accept');

    expect((await exchangeForGraph()).status).toBe(200);
  });

  test('admin-required shows a page without a button to accept', async () => {
    await setPolicy('graph-consent', 'admin-required');
    const { page } = await openDefaultScope();

    expect(page).toContain('Need admin approval');
    expect(page).not.toContain('value="accept"');
  });

  test('admin-required ignores a forged accept', async () => {
    await setPolicy('graph-consent', 'admin-required');
    await openDefaultScope();
    await submitAction('accept');

    expect((await exchangeForGraph()).body.error_codes).toEqual([90094]);
  });
});

describe('admin-consent required', () => {
  beforeEach(() => setPolicy('admin-consent', 'required'));

  test('shows a page without a button to accept', async () => {
    const { page } = await browser.open();

    expect(page).toContain('Need admin approval');
    expect(page).not.toContain('value="accept"');
  });

  test('ignores a forged accept', async () => {
    await browser.open();

    expect((await submitAction('accept')).page).toContain('Need admin approval');
  });

  test('redirects with access_denied when the user leaves', async () => {
    await browser.open();

    expect((await submitAction('leave')).redirect).toMatchObject({
      error: 'access_denied',
      error_description: expect.stringContaining('90094'),
    });
  });

  test('redirects with consent_required for prompt=none', async () => {
    expect((await browser.open({ prompt: 'none' })).redirect).toMatchObject({
      error: 'interaction_required',
      suberror: 'consent_required',
    });
  });
});

describe('block-location', () => {
  beforeEach(() => setPolicy('block-location', 'on'));

  test('shows the refusal', async () => {
    expect((await browser.open()).page).toContain('AADSTS53003');
  });

  test('redirects with access_denied when the user returns', async () => {
    await browser.open();

    expect((await submitAction('back')).redirect).toMatchObject({
      error: 'access_denied',
      suberror: 'message_only',
    });
  });
});

describe('revoke-sessions', () => {
  beforeEach(() => setPolicy('revoke-sessions', 'now'));

  test('redirects with login_required for prompt=none', async () => {
    expect((await browser.open({ prompt: 'none' })).redirect.error).toBe('login_required');
  });

  test('issues a code after a new sign-in', async () => {
    entra.pass(2);
    await browser.signIn('alice');

    expect((await browser.open({ prompt: 'none' })).redirect.code).toBeDefined();
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type EntraEmulator, readClaims, startEntra } from '../entra-emulator.ts';
import { type Browser, openBrowser } from './browser.ts';

let entra: EntraEmulator;
let browser: Browser;
beforeAll(async () => {
  entra = await startEntra();
});
afterAll(() => entra.close());
beforeEach(() => {
  browser = openBrowser(entra);
});

const aliceOid = 'a11ce000-0000-4000-8000-000000000001';
const unknownId = '11111111-1111-4111-8111-111111111111';

describe('the sign-in page', () => {
  test('has a title and a button for each user', async () => {
    const { status, page } = await browser.open();

    expect(status).toBe(200);
    expect(page).toContain('<title>Sign in (local emulators)</title>');
    expect(page).toContain('<p>Choose a user for Client App.</p>');
    expect(page).toContain(
      '<button name="user" value="alice" data-user="alice">alice — Alice Almeida</button>',
    );
  });

  test('lists only the users of the tenant', async () => {
    const { page } = await browser.open();
    const users = [...page.matchAll(/data-user="(\w+)"/g)].map(([, name]) => name);

    expect(users).toEqual(['alice', 'bob', 'carol', 'dana', 'gina', 'dirk', 'greta']);
  });

  test('lists the users of all tenants at /organizations', async () => {
    const { page } = await browser.open({}, 'organizations');

    expect(page).toContain('data-user="alice"');
    expect(page).toContain('data-user="olga"');
  });

  test.each(['login', 'select_account'])('is shown again for prompt=%s', async (prompt) => {
    await browser.signIn('alice');

    expect((await browser.open({ prompt })).page).toContain('Choose a user');
  });

  test('is not shown again during the session', async () => {
    await browser.signIn('alice');

    expect((await browser.open()).redirect.code).toBeDefined();
  });

  test('says why a disabled user cannot sign in', async () => {
    await browser.open();

    expect((await browser.submit({ user: 'dirk' })).page).toMatch(/role="alert">AADSTS50057/);
  });

  test('accepts another user after a disabled one', async () => {
    await browser.open();
    await browser.submit({ user: 'dirk' });

    expect((await browser.submit({ user: 'alice' })).redirect.code).toBeDefined();
  });

  test('rejects a form of another origin', async () => {
    const query = new URLSearchParams({
      client_id: entra.context.directory.app('client-app')?.appId ?? '',
      redirect_uri: `${entra.context.clientAppOrigin}/redirect.html`,
    });
    const url = `${entra.context.origin}/${entra.home}/oauth2/v2.0/authorize?${query}`;
    const { headers } = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      headers: { origin: 'http://localhost:1' },
      body: new URLSearchParams({ user: 'alice' }),
    });

    expect(headers.get('set-cookie')).toBeNull();
    expect(headers.get('location')).toContain('error=invalid_request');
  });
});

describe('the redirect after a sign-in', () => {
  test('has code, state and client_info in the fragment', async () => {
    await browser.open();
    const { status, redirect } = await browser.submit({ user: 'alice' });
    const clientInfo = Buffer.from(redirect.client_info ?? '', 'base64url').toString();

    expect(status).toBe(302);
    expect(redirect).toMatchObject({ state: 'the state', code: expect.any(String) });
    expect(JSON.parse(clientInfo)).toEqual({ uid: aliceOid, utid: entra.home });
  });

  test('has code and state in the query for response_mode=query', async () => {
    await browser.open({ response_mode: 'query' });

    expect((await browser.submit({ user: 'alice' })).redirect).toMatchObject({
      code: expect.any(String),
      state: 'the state',
    });
  });
});

describe('two users in one browser', () => {
  beforeEach(async () => {
    await browser.signIn('alice');
    await browser.signIn('bob');
  });

  test('need a choice without a login hint', async () => {
    const { redirect } = await browser.open({ prompt: 'none' });

    expect(redirect.error).toBe('interaction_required');
  });

  test('are distinguished by the login hint', async () => {
    const changes = { prompt: 'none', login_hint: 'alice@contoso.example' };
    const { redirect } = await browser.open(changes);
    const { body } = await browser.redeem(redirect.code);

    expect(readClaims(body.id_token).oid).toBe(aliceOid);
  });
});

describe('sign-out', () => {
  const logout = (query: Record<string, string>) =>
    browser.get(`/${entra.home}/oauth2/v2.0/logout?${new URLSearchParams(query)}`);

  beforeEach(() => browser.signIn('alice'));

  test('redirects to a registered URI', async () => {
    const redirectUri = `${entra.context.clientAppOrigin}/redirect.html`;
    const { headers } = await logout({ post_logout_redirect_uri: redirectUri });

    expect(headers.get('location')).toBe(redirectUri);
  });

  test('shows a page for another URI', async () => {
    const { status, headers } = await logout({ post_logout_redirect_uri: 'https://evil.example/' });

    expect(status).toBe(200);
    expect(headers.get('location')).toBeNull();
  });

  test('ends the session', async () => {
    await logout({});

    expect((await browser.open({ prompt: 'none' })).redirect.error).toBe('login_required');
  });

  test('keeps the session of another user than the logout hint', async () => {
    await logout({ logout_hint: 'bob' });

    expect((await browser.open({ prompt: 'none' })).redirect.code).toBeDefined();
  });
});

describe('an invalid request', () => {
  test.each([
    { reason: 'an unknown client', changes: { client_id: unknownId }, aadsts: 700016 },
    { reason: 'no redirect URI', changes: { redirect_uri: '' }, aadsts: 900971 },
    {
      reason: 'a redirect URI that is not registered',
      changes: { redirect_uri: 'https://evil.example/' },
      aadsts: 50011,
    },
  ])('shows a page and does not redirect for $reason', async ({ changes, aadsts }) => {
    const { status, page, redirect } = await browser.open(changes);

    expect(status).toBe(400);
    expect(redirect).toEqual({});
    expect(page).toContain(`AADSTS${aadsts}`);
  });

  test.each([
    {
      reason: 'the implicit flow',
      changes: { response_type: 'token' },
      error: 'unsupported_response_type',
    },
    {
      reason: 'no PKCE',
      changes: { code_challenge: '', code_challenge_method: '' },
      error: 'invalid_request',
    },
    {
      reason: 'PKCE in plain text',
      changes: { code_challenge_method: 'plain' },
      error: 'invalid_request',
    },
    { reason: 'an unknown prompt', changes: { prompt: 'maybe' }, error: 'invalid_request' },
    {
      reason: 'an unknown resource',
      changes: { scope: 'api://nobody/.default' },
      error: 'invalid_resource',
    },
    { reason: 'claims that are not JSON', changes: { claims: '{' }, error: 'invalid_request' },
    {
      reason: 'prompt=none without a session',
      changes: { prompt: 'none' },
      error: 'login_required',
    },
  ])('redirects with $error for $reason', async ({ changes, error }) => {
    expect((await browser.open(changes)).redirect).toMatchObject({
      error,
      state: 'the state',
      error_description: expect.stringMatching(/^AADSTS\d+: /),
    });
  });

  test('responds 400 for an unknown tenant', async () => {
    expect((await browser.open({}, 'nowhere')).status).toBe(400);
  });
});

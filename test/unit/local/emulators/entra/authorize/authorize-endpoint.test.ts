import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type EntraEmulator, readClaims, startEntra } from '../entra-emulator.ts';
import { type Browser, openBrowser } from './browser.ts';

let entra: EntraEmulator;
let browser: Browser;
beforeAll(async () => {
  entra = await startEntra();
});
afterAll(() => entra.close());
beforeEach(async () => {
  await entra.context.policies.reset();
  browser = openBrowser(entra);
});

const alice = 'a11ce000-0000-4000-8000-000000000001';
const original = () => `api://${entra.context.directory.app('original-api')?.appId}`;
const mfaClaims = JSON.stringify({
  access_token: { capolids: { essential: true, values: ['ca000000-0000-4000-8000-0000000000e1'] } },
});
const c1Claims = JSON.stringify({ access_token: { acrs: { essential: true, value: 'c1' } } });

describe('sign-in', () => {
  test('shows the users of the tenant as buttons, and no others', async () => {
    const { status, page } = await browser.open();
    expect(status).toBe(200);
    expect(page).toContain('<title>Sign in (local emulators)</title>');
    expect(page).toMatch(
      /<button name="user" value="alice" data-user="alice">alice — Alice Almeida/,
    );
    expect([...page.matchAll(/data-user="(\w+)"/g)].map(([, name]) => name)).toEqual([
      'alice',
      'bob',
      'carol',
      'dana',
      'gina',
      'dirk',
      'greta',
    ]);
  });

  test('at /organizations shows every tenant’s users', async () => {
    expect((await browser.open({}, 'organizations')).page).toMatch(
      /data-user="alice"[\s\S]+data-user="olga"/,
    );
  });

  test('sends the code in the fragment, with state and client_info; the tokens are the user’s', async () => {
    await browser.open();
    const { status, answer } = await browser.press({ user: 'alice' });
    expect(status).toBe(302);
    expect(answer).toMatchObject({ state: 'the state', code: expect.any(String) });
    expect(JSON.parse(Buffer.from(answer.client_info ?? '', 'base64url').toString())).toEqual({
      uid: alice,
      utid: entra.home,
    });
    const { body } = await browser.redeem(answer.code);
    expect(readClaims(body.id_token)).toMatchObject({
      nonce: 'the nonce',
      oid: alice,
      preferred_username: 'alice@contoso.example',
    });
    expect(readClaims(body.id_token)).not.toHaveProperty('scp');
    expect(readClaims(body.access_token)).toMatchObject({
      azpacr: '0',
      scp: 'Documents.Read Documents.ReadWrite Profile.Read Profile.ReadWrite',
    });
    expect(Object.keys(body)).toEqual(
      expect.arrayContaining(['refresh_token', 'client_info', 'refresh_token_expires_in']),
    );
  });

  test('answers in the query where that is asked for', async () => {
    await browser.open({ response_mode: 'query' });
    expect((await browser.press({ user: 'alice' })).answer).toMatchObject({
      code: expect.any(String),
      state: 'the state',
    });
  });

  test('needs no click while the session lasts; prompt=login and select_account do', async () => {
    await browser.signIn('alice');
    expect((await browser.open()).answer.code).toBeDefined();
    for (const prompt of ['login', 'select_account'])
      expect((await browser.open({ prompt })).page).toContain('Choose a user for Client App');
  });

  test('keeps two users of one browser apart by the login hint', async () => {
    await browser.signIn('alice');
    await browser.signIn('bob');
    expect((await browser.open({ prompt: 'none' })).answer.error).toBe('interaction_required');
    const { answer } = await browser.open({ prompt: 'none', login_hint: 'alice@contoso.example' });
    expect(readClaims((await browser.redeem(answer.code)).body.id_token).oid).toBe(alice);
  });

  test('does not sign in a disabled user, says so, and lets another one be chosen', async () => {
    await browser.open();
    expect((await browser.press({ user: 'dirk' })).page).toMatch(/role="alert">AADSTS50057/);
    expect((await browser.press({ user: 'alice' })).answer.code).toBeDefined();
  });

  test('takes no button press from another origin', async () => {
    await browser.open();
    const { origin } = entra.context;
    const query = new URLSearchParams({
      client_id: entra.context.directory.app('client-app')?.appId ?? '',
      redirect_uri: `${entra.context.clientAppOrigin}/redirect.html`,
    });
    const answer = await fetch(`${origin}/${entra.home}/oauth2/v2.0/authorize?${query}`, {
      method: 'POST',
      redirect: 'manual',
      headers: { origin: 'http://localhost:1' },
      body: new URLSearchParams({ user: 'alice' }),
    });
    expect(answer.headers.get('set-cookie')).toBeNull();
    expect(answer.headers.get('location')).toContain('error=invalid_request');
  });

  test('sign-out ends the session and goes back to a registered address only', async () => {
    await browser.signIn('alice');
    const registered = encodeURIComponent(`${entra.context.clientAppOrigin}/redirect.html`);
    const foreign = await browser.get(
      `/${entra.home}/oauth2/v2.0/logout?post_logout_redirect_uri=https://evil.example/&logout_hint=bob`,
    );
    expect([foreign.status, foreign.headers.get('location')]).toEqual([200, null]);
    expect((await browser.open({ prompt: 'none' })).answer.code).toBeDefined();
    const answer = await browser.get(
      `/${entra.home}/oauth2/v2.0/logout?post_logout_redirect_uri=${registered}`,
    );
    expect(answer.headers.get('location')).toBe(`${entra.context.clientAppOrigin}/redirect.html`);
    expect((await browser.open({ prompt: 'none' })).answer.error).toBe('login_required');
  });
});

describe('a request that is not right', () => {
  test.each([
    ['an unknown client', { client_id: '11111111-1111-4111-8111-111111111111' }, 700016],
    ['no redirect URI', { redirect_uri: '' }, 900971],
    ['a redirect URI that is not registered', { redirect_uri: 'https://evil.example/' }, 50011],
  ])('%s: a page, no redirect', async (_, changes, aadsts) => {
    const { status, page, answer } = await browser.open(changes);
    expect([status, answer]).toEqual([400, {}]);
    expect(page).toContain(`AADSTS${aadsts}`);
  });

  test.each([
    ['the implicit flow', { response_type: 'token' }, 'unsupported_response_type'],
    ['no PKCE', { code_challenge: '', code_challenge_method: '' }, 'invalid_request'],
    ['PKCE in plain text', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['an unknown prompt', { prompt: 'maybe' }, 'invalid_request'],
    ['an unknown resource', { scope: 'api://nobody/.default' }, 'invalid_resource'],
    ['claims that are no JSON', { claims: '{' }, 'invalid_request'],
    ['no session and prompt=none', { prompt: 'none' }, 'login_required'],
  ])('%s: an error in the redirect', async (_, changes, error) => {
    expect((await browser.open(changes)).answer).toMatchObject({
      error,
      state: 'the state',
      error_description: expect.stringMatching(/^AADSTS\d+: /),
    });
  });

  test('unknown tenant: an error', async () => {
    expect((await browser.open({}, 'nowhere')).status).toBe(400);
  });
});

describe('a code', () => {
  const code = async () => {
    await browser.open();
    return (await browser.press({ user: 'alice' })).answer.code ?? '';
  };
  test.each([
    ['is good once', async () => [await code(), {}] as const, 54005],
    [
      'is bound to its verifier',
      async () =>
        [
          await code(),
          { code_verifier: 'another-one-of-more-than-43-characters-as-RFC-7636-wants' },
        ] as const,
      50148,
    ],
    [
      'is bound to its redirect URI',
      async () => [await code(), { redirect_uri: 'https://evil.example/' }] as const,
      50011,
    ],
    [
      'is bound to its client',
      async () => [await code(), { client_id: '07e20000-0000-4000-8000-0000000000a4' }] as const,
      70000,
    ],
    ['must be one of ours', async () => ['1.Anything', {}] as const, 70000],
  ])('%s', async (_, make, aadsts) => {
    const [made, changes] = await make();
    if (aadsts === 54005) expect((await browser.redeem(made, changes)).status).toBe(200);
    expect((await browser.redeem(made, changes)).body.error_codes).toEqual([aadsts]);
  });

  test('lives ten minutes', async () => {
    const made = await code();
    entra.pass(10 * 60_000 + 1);
    expect((await browser.redeem(made)).body.error_codes).toEqual([70008]);
  });

  test('of a single-page application is redeemed by its own origin only', async () => {
    for (const headers of [{}, { origin: 'https://evil.example' }]) {
      expect((await browser.redeem(await code(), {}, headers)).body.error_codes).toEqual([9002327]);
    }
  });
});

describe('what a policy wants', () => {
  const set = (name: string, value: string) => entra.context.policies.set(name, value);
  const redeemed = async (code: string | undefined) =>
    readClaims((await browser.redeem(code)).body.access_token);

  test('MFA: not for Original by itself; with Downstream’s challenge the page, and then token A carries it', async () => {
    await browser.signIn('alice');
    await set('mfa', 'on');
    expect(await redeemed((await browser.open()).answer.code)).toMatchObject({ amr: ['pwd'] });
    expect((await browser.open({ claims: mfaClaims, prompt: 'none' })).answer).toMatchObject({
      error: 'interaction_required',
      suberror: 'basic_action',
    });
    expect((await browser.open({ claims: mfaClaims })).page).toContain('Approve');
    const { answer } = await browser.press({ account: alice, action: 'approve' });
    expect(await redeemed(answer.code)).toMatchObject({ amr: ['pwd', 'mfa'] });
    expect((await browser.open({ claims: mfaClaims })).answer.code).toBeDefined();
  });

  test('an authentication context: one click, and token A carries c1', async () => {
    await browser.signIn('alice');
    await set('auth-context', 'on');
    expect((await browser.open({ claims: c1Claims })).page).toContain('c1');
    const { answer } = await browser.press({ account: alice, action: 'approve' });
    expect(await redeemed(answer.code)).toMatchObject({ acrs: ['c1'] });
  });

  test('a step-up that the person cancels goes back as access_denied', async () => {
    await browser.signIn('alice');
    await set('mfa', 'on');
    await browser.open({ claims: mfaClaims });
    expect((await browser.press({ account: alice, action: 'cancel' })).answer.error).toBe(
      'access_denied',
    );
  });

  test('consent: one scope asks for one; .default asks for both APIs at once, and then the exchange works', async () => {
    await browser.signIn('alice');
    await set('consent', 'withdrawn');
    const one = (await browser.open()).page;
    expect(one).toContain('Client App → Original API');
    expect(one).not.toContain('Downstream');
    const both = await browser.open({ scope: `openid offline_access ${original()}/.default` });
    expect(both.page).toContain('Original API → Downstream API');
    expect((await browser.press({ account: alice, action: 'decline' })).answer).toMatchObject({
      error: 'access_denied',
      error_description: expect.stringContaining('65004'),
    });
    expect((await entra.exchange()).body.error_codes).toEqual([65001]);
    const { answer } = await browser.press({ account: alice, action: 'accept' });
    expect((await browser.redeem(answer.code)).status).toBe(200);
    expect((await entra.exchange()).status).toBe(200);
    expect(
      (await entra.exchange({ assertion: (await entra.token({ user: 'bob' })).access_token })).body
        .error_codes,
    ).toEqual([65001]);
  });

  test('an administrator’s consent: nothing to accept, not even by a forged press', async () => {
    await browser.signIn('alice');
    await set('admin-consent', 'required');
    expect((await browser.open()).page).not.toContain('value="accept"');
    expect((await browser.press({ account: alice, action: 'accept' })).page).toContain(
      'Need admin approval',
    );
    expect((await browser.press({ account: alice, action: 'leave' })).answer).toMatchObject({
      error: 'access_denied',
      error_description: expect.stringContaining('90094'),
    });
    expect((await browser.open({ prompt: 'none' })).answer).toMatchObject({
      error: 'interaction_required',
      suberror: 'consent_required',
    });
  });

  test('a blocked location: a page that leads back with the reason', async () => {
    await browser.signIn('alice');
    await set('block-location', 'on');
    expect((await browser.open()).page).toContain('AADSTS53003');
    expect((await browser.press({ account: alice, action: 'back' })).answer).toMatchObject({
      error: 'access_denied',
      suberror: 'message_only',
    });
  });

  test('revoked sessions: sign in again', async () => {
    await browser.signIn('alice');
    await set('revoke-sessions', 'now');
    expect((await browser.open({ prompt: 'none' })).answer.error).toBe('login_required');
    entra.pass(2);
    await browser.signIn('alice');
    expect((await browser.open({ prompt: 'none' })).answer.code).toBeDefined();
  });
});

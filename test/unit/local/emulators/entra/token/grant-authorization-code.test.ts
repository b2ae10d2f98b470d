import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Browser, openBrowser } from '../authorize/browser.ts';
import { type EntraEmulator, type Json, readClaims, startEntra } from '../entra-emulator.ts';

let entra: EntraEmulator;
let browser: Browser;
let code: string;
beforeAll(async () => {
  entra = await startEntra();
});
afterAll(() => entra.close());
beforeEach(async () => {
  browser = openBrowser(entra);
  await browser.open();
  const { redirect } = await browser.submit({ user: 'alice' });
  code = redirect.code ?? '';
});

const aliceOid = 'a11ce000-0000-4000-8000-000000000001';
const otherAppId = '07e20000-0000-4000-8000-0000000000a4';
const codeLifetimeMs = 10 * 60_000;

describe('the response', () => {
  let body: Json;
  beforeEach(async () => {
    ({ body } = await browser.redeem(code));
  });

  test('has an ID token of the user with the nonce', () => {
    const claims = readClaims(body.id_token);

    expect(claims).toMatchObject({
      nonce: 'the nonce',
      oid: aliceOid,
      preferred_username: 'alice@contoso.example',
    });
    expect(claims).not.toHaveProperty('scp');
  });

  test('has an access token with all granted scopes', () => {
    expect(readClaims(body.access_token)).toMatchObject({
      azpacr: '0',
      scp: 'Documents.Read Documents.ReadWrite Profile.Read Profile.ReadWrite',
    });
  });

  test.each(['refresh_token', 'refresh_token_expires_in', 'client_info'])('has %s', (member) => {
    expect(body).toHaveProperty(member);
  });
});

test('a code can be redeemed once', async () => {
  const first = await browser.redeem(code);
  const second = await browser.redeem(code);

  expect(first.status).toBe(200);
  expect(second.body.error_codes).toEqual([54005]);
});

test('a code expires after ten minutes', async () => {
  entra.pass(codeLifetimeMs + 1);

  expect((await browser.redeem(code)).body.error_codes).toEqual([70008]);
});

test.each([
  {
    reason: 'another code verifier',
    changes: { code_verifier: 'another-one-of-more-than-43-characters-for-RFC-7636' },
    aadsts: 50148,
  },
  {
    reason: 'another redirect URI',
    changes: { redirect_uri: 'https://evil.example/' },
    aadsts: 50011,
  },
  { reason: 'another client', changes: { client_id: otherAppId }, aadsts: 70000 },
  { reason: 'an unknown code', changes: { code: '1.Anything' }, aadsts: 70000 },
])('refuses $reason with AADSTS$aadsts', async ({ changes, aadsts }) => {
  expect((await browser.redeem(code, changes)).body.error_codes).toEqual([aadsts]);
});

test.each<{ reason: string; headers: Record<string, string> }>([
  { reason: 'no Origin header', headers: {} },
  { reason: 'another origin', headers: { origin: 'https://evil.example' } },
])('refuses $reason for a single-page application', async ({ headers }) => {
  expect((await browser.redeem(code, {}, headers)).body.error_codes).toEqual([9002327]);
});

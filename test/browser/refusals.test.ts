import { afterAll, afterEach, beforeAll, beforeEach, expect } from '@jest/globals';
import { needs } from '../support/needs.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { countRequests } from './count-requests.ts';
import { type OpenedBrowser, openBrowser } from './open-browser.ts';
import { button, openDocument, signIn, unexpectedComplaints } from './sign-in.ts';

const browserTest = needs('chromium');
let stack: Stack;
let browser: OpenedBrowser;

beforeAll(async () => {
  stack = await startStack();
}, 120_000);

beforeEach(async () => {
  await stack.resetPolicies();
  browser = await openBrowser();
}, 30_000);

afterEach(async () => {
  await browser.close();
}, 30_000);

afterAll(async () => {
  await stack?.stop();
}, 60_000);

const text = () => browser.page.getByLabel('Text', { exact: true });
let typed = '';

/** Alice types, somebody turns a switch, Alice saves; this page is never loaded anew after that. */
async function saveUnder(policy: string, value: string): Promise<void> {
  const { page } = browser;
  await signIn(page, stack, 'alice');
  await openDocument(page, 'The lighthouse party');
  typed = `Typed while somebody turned ${policy} to ${value}. ${crypto.randomUUID()}`;
  await text().fill(typed);
  await stack.policy(policy, value);
  await page.evaluate(() => Object.assign(globalThis, { sameDocument: true }));
  await stack.clearRecords();
  await button(page, 'Save').click();
}

/** @param patience milliseconds; Original reads a refused credential again after a minute at the soonest */
async function expectSavedWithoutReload(patience = 30_000): Promise<void> {
  const { page } = browser;
  const saved = page.getByText('Everything is saved.');
  const end = Date.now() + patience;
  while ((await saved.count()) === 0 && Date.now() < end) {
    const now = button(page, 'Try now');
    if ((await now.count()) > 0) await now.click({ timeout: 1_000 }).catch(() => {});
    await saved.waitFor({ timeout: 3_000 }).catch(() => {});
  }
  await saved.waitFor();
  expect(await text().inputValue()).toBe(typed);
  expect(await page.evaluate(() => 'sameDocument' in globalThis)).toBe(true);
}

/** Nothing more goes out by itself. */
async function expectSilence(): Promise<void> {
  const before = await countRequests(stack);
  await browser.page.waitForLoadState('networkidle');
  expect(await countRequests(stack)).toEqual(before);
}

for (const [name, policy, says] of [
  ['a blocked location', 'block-location', 'Your organisation does not allow this from here.'],
  ['a disabled user', 'disable-user', 'Your account cannot use this app.'],
  ['a user who is not assigned', 'unassign-user', 'Your account cannot use this app.'],
] as const) {
  browserTest(
    `${name}: 403, said so, nothing to retry, and the same page saves once the switch is back`,
    async () => {
      const { page, look } = browser;
      await browser.run(async () => {
        await saveUnder(policy, 'on');
        const notice = page.locator('.notice', { hasText: says });
        await notice.waitFor();
        expect(await countRequests(stack)).toEqual({
          'exchange 400': 1,
          'original PUT documents/{id} 403': 1,
        });
        expect(await notice.getByRole('button').allTextContents()).toEqual([
          expect.stringMatching(/^[0-9a-f-]{36}$/),
        ]);
        expect(await page.getByRole('dialog').count()).toBe(0);
        await look(`refusal-${policy}`);
        await expectSilence();
        await stack.resetPolicies();
        await button(page, 'Save').click();
        await expectSavedWithoutReload();
      });
      expect(unexpectedComplaints(browser, [403])).toEqual([]);
    },
    120_000,
  );
}

browserTest(
  'revoked sessions: 401, the silent attempts fail, one sign-in after a click, and the save goes on',
  async () => {
    const { page, look } = browser;
    await browser.run(async () => {
      await saveUnder('revoke-sessions', 'now');
      await page.getByRole('dialog', { name: 'Your sign-in is no longer valid.' }).waitFor();
      const {
        'exchange 400': refused,
        'original PUT documents/{id} 401': told,
        'silent 400': silent,
      } = await countRequests(stack);
      expect({ refused, told, silent }).toEqual({ refused: 1, told: 1, silent: 1 });
      await look('refusal-revoked');
      await button(page, 'Sign in again').click();
      await page.locator('[data-user="alice"]').click();
      await page.getByText('What you typed is saved now.').waitFor();
      expect(await text().inputValue()).toBe(typed);
      const counts = await countRequests(stack);
      expect([counts['code 200'], counts['original PUT documents/{id} 200']]).toEqual([1, 1]);
    });
    expect(unexpectedComplaints(browser, [400, 401])).toEqual([]);
  },
  120_000,
);

browserTest(
  'somebody else signs in instead: nothing of Alice’s is resumed or shown',
  async () => {
    const { page } = browser;
    await browser.run(async () => {
      await saveUnder('revoke-sessions', 'now');
      await button(page, 'Sign in again').click();
      await page.locator('[data-user="carol"]').click();
      await page.getByText('You may read this document.').waitFor();
      await page.getByText('Carol Chen').waitFor();
      expect(await text().inputValue()).not.toBe(typed);
      expect((await countRequests(stack))['original PUT documents/{id} 200']).toBeUndefined();
    });
  },
  120_000,
);

browserTest(
  'the list of documents recovers, too, by the link that leads to it',
  async () => {
    const { page } = browser;
    await browser.run(async () => {
      await signIn(page, stack, 'bob');
      await page.getByRole('link', { name: 'Profile' }).click();
      await page.getByText('Sound designer').or(page.getByLabel('Job title')).first().waitFor();
      await stack.policy('block-location', 'on');
      await page.getByRole('link', { name: 'Journey' }).click();
      await page.getByRole('link', { name: 'Documents' }).click();
      await page.locator('.rows, .notice').first().waitFor();
      await stack.resetPolicies();
      await page.getByRole('link', { name: 'Documents' }).click();
      await page.getByText('Sourdough log').waitFor();
    });
  },
  120_000,
);

browserTest(
  'Entra’s signing key is replaced at once: token A stops counting, a new one comes silently, and nobody is asked',
  async () => {
    const { page } = browser;
    await browser.run(async () => {
      await saveUnder('signing-key', 'emergency');
      await expectSavedWithoutReload();
      expect(await page.getByRole('dialog').count()).toBe(0);
      expect(
        Object.keys(await countRequests(stack)).filter((name) => name.startsWith('page')),
      ).toEqual([]);
    });
    expect(unexpectedComplaints(browser, [401])).toEqual([]);
  },
  120_000,
);

for (const [name, policy, value, words] of [
  [
    'Entra answers 429 with Retry-After',
    'fault',
    'token=429:6',
    'The sign-in service is not answering.',
  ],
  ['Entra answers 503', 'fault', 'token=503:2', 'The sign-in service is not answering.'],
  [
    'the credential in the vault has expired',
    'vault-credential',
    'expire',
    'A service that this needs is not answering.',
  ],
] as const) {
  browserTest(
    `${name}: 503, said so with a countdown, no storm, and the same page saves by itself once it is over`,
    async () => {
      const { page, look } = browser;
      await browser.run(async () => {
        await saveUnder(policy, value);
        const notice = page.locator('.notice', { hasText: words });
        await notice.getByText(/^Trying again in [1-9]\d? s\.$/).waitFor();
        await look(`outage-${value.replaceAll(/\W/g, '-')}`);
        const { 'original PUT documents/{id} 503': told } = await countRequests(stack);
        expect(told).toBe(1);
        await button(page, 'Stop').click();
        expect(await notice.getByText('Trying again').count()).toBe(0);
        await expectSilence();
        await button(page, 'Try again').click();
        await notice.getByText('Trying again').waitFor();
        expect((await countRequests(stack))['original PUT documents/{id} 503']).toBe(2);
        await stack.resetPolicies();
        await expectSavedWithoutReload(policy === 'fault' ? 30_000 : 90_000);
      });
      expect(unexpectedComplaints(browser, [503])).toEqual([]);
    },
    180_000,
  );
}

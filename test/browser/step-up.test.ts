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

browserTest(
  'MFA switched on while Alice types: she saves, a silent attempt fails, she confirms it’s her once, and her text is saved',
  async () => {
    const { page, look } = browser;
    await browser.run(async () => {
      await signIn(page, stack, 'alice');
      await openDocument(page, 'The lighthouse party');
      await text().fill('Cake: lemon. And this is what I typed.');
      await stack.policy('mfa', 'on');
      await stack.clearRecords();
      await button(page, 'Save').click();
      await page
        .getByRole('dialog', { name: 'Your organisation asks for one more check before this.' })
        .waitFor();
      expect(await countRequests(stack)).toEqual({
        'exchange 400': 1,
        'original PUT documents/{id} 401': 1,
        'silent 400': 1,
      });
      await look('step-up');

      await button(page, 'Confirm it’s you').click();
      await button(page, 'Approve').click();
      await page.getByText('What you typed is saved now.').waitFor();
      expect(await text().inputValue()).toBe('Cake: lemon. And this is what I typed.');
      await look('step-up-done');
      expect(await countRequests(stack)).toMatchObject({
        'page step-up': 1,
        'code 200': 1,
        'original PUT documents/{id} 200': 1,
      });

      await stack.clearRecords();
      await text().fill('Saved once more, with no question.');
      await button(page, 'Save').click();
      await page.getByText('Everything is saved.').waitFor();
      await page.getByRole('link', { name: 'Journey' }).click();
      await page.getByRole('heading', { name: 'The checks of each API' }).waitFor();
      const after = await countRequests(stack);
      expect(Object.keys(after).filter((name) => / 4\d\d$|^page/.test(name))).toEqual([]);
      await page.goto(`${stack.urls.clientApp}/#/documents/lighthouse-party`);
      await text().waitFor();
      expect(await text().inputValue()).toBe('Saved once more, with no question.');
    });
    expect(unexpectedComplaints(browser, [400, 401])).toEqual([]);
  },
  120_000,
);

browserTest(
  'a new document waits, too, while Bob confirms it’s him, and is there once afterwards; the claims are in the answer’s body alone',
  async () => {
    const { page } = browser;
    await browser.run(async () => {
      await signIn(page, stack, 'bob');
      await page.getByRole('link', { name: 'New document' }).click();
      await text().fill('More patience.');
      await button(page, 'Save').click();
      expect(
        await page.getByLabel('Title').evaluate((field) => field === document.activeElement),
      ).toBe(true);
      expect(await page.locator('#save-state').textContent()).toContain('A title is missing.');
      expect(await button(page, 'Save').getAttribute('aria-describedby')).toBe('save-state');
      await page.getByLabel('Title').fill('Attempt 18');
      expect(await page.locator('#save-state').textContent()).not.toContain('missing');
      await stack.policy('mfa', 'on', 'bob');
      let challenges = 0;
      await page.route(`${stack.urls.originalApi}/**`, async (route) => {
        const response = await route.fetch();
        const headers = response.headers();
        const shorter = headers['www-authenticate']?.replace(/, claims="[^"]+"/, '');
        if (shorter !== undefined && shorter !== headers['www-authenticate']) challenges += 1;
        await route.fulfill({
          response,
          headers: { ...headers, ...(shorter !== undefined && { 'www-authenticate': shorter }) },
        });
      });
      await button(page, 'Save').click();
      await button(page, 'Confirm it’s you').click();
      await button(page, 'Approve').click();
      await page.getByText('What you typed is saved now.').waitFor();
      expect(challenges).toBe(1);
      await page.getByRole('heading', { name: 'Attempt 18' }).waitFor();
      expect(new URL(page.url()).hash).toMatch(/^#\/documents\/[\w-]+$/);
      await page.getByRole('navigation').getByRole('link', { name: 'Documents' }).click();
      await page.getByText('Sourdough log').waitFor();
      expect(await page.getByText('Attempt 18').count()).toBe(1);
    });
    expect(unexpectedComplaints(browser, [400, 401])).toEqual([]);
  },
  120_000,
);

browserTest(
  'Downstream demands the authentication context for DELETE: one new exchange, Entra’s refusal, one step-up, deleted; counted at each hop',
  async () => {
    const { page, look } = browser;
    await browser.run(async () => {
      await signIn(page, stack, 'alice');
      await openDocument(page, 'Field notes');
      await stack.policy('auth-context', 'on');
      await stack.clearRecords();
      await button(page, 'Delete document').click();
      await button(page, 'Delete').click();
      await page.getByRole('dialog', { name: 'Your organisation asks' }).waitFor();
      expect(await countRequests(stack)).toEqual({
        'exchange 200': 1,
        'downstream DELETE documents/{id} 401': 1,
        'exchange 400': 1,
        'original DELETE documents/{id} 401': 1,
        'silent 400': 1,
      });
      await stack.clearRecords();
      await button(page, 'Confirm it’s you').click();
      await page.getByText('authentication context c1').waitFor();
      await button(page, 'Approve').click();
      await page.getByText('The document is deleted now.').waitFor();
      await page.getByRole('heading', { name: 'Documents' }).waitFor();
      await page.getByText('The lighthouse party').waitFor();
      expect(await page.getByText('Field notes').count()).toBe(0);
      const {
        'page step-up': pages,
        'downstream DELETE documents/{id} 204': deleted,
        'original DELETE documents/{id} 204': told,
      } = await countRequests(stack);
      expect({ pages, deleted, told }).toEqual({ pages: 1, deleted: 1, told: 1 });
      await look('step-up-deleted');
    });
    expect(unexpectedComplaints(browser, [400, 401])).toEqual([]);
  },
  120_000,
);

browserTest(
  'Downstream demands the authentication context and nothing guards it: Original gets a new token B by itself, and nobody is asked',
  async () => {
    const { page } = browser;
    await browser.run(async () => {
      await signIn(page, stack, 'alice');
      await openDocument(page, 'A garden');
      await stack.clearRecords();
      await button(page, 'Delete document').click();
      await button(page, 'Delete').click();
      await page.getByRole('heading', { name: 'Documents' }).waitFor();
      expect(await countRequests(stack)).toMatchObject({
        'exchange 200': 2,
        'downstream DELETE documents/{id} 401': 1,
        'downstream DELETE documents/{id} 204': 1,
        'original DELETE documents/{id} 204': 1,
      });
    });
    expect(unexpectedComplaints(browser, [])).toEqual([]);
  },
  120_000,
);

browserTest(
  'a person who turns back, at the question or at Entra, keeps the text, is told so, and is asked no more until they save again',
  async () => {
    const { page, look } = browser;
    await browser.run(async () => {
      await signIn(page, stack, 'alice');
      await openDocument(page, 'The lighthouse party');
      await text().fill('Typed, and not to be lost.');
      await stack.policy('mfa', 'on');
      await button(page, 'Save').click();
      await page.getByRole('dialog').waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      expect(await text().inputValue()).toBe('Typed, and not to be lost.');
      await page.getByRole('alert').getByText('What you typed is kept.').waitFor();

      await stack.clearRecords();
      await button(page, 'Confirm it’s you').click();
      await page.getByRole('dialog').getByRole('button', { name: 'Confirm it’s you' }).click();
      await button(page, 'Cancel').click();
      await page.getByText('You did not finish the check, so this was not done.').first().waitFor();
      await page.getByRole('alert').getByText('What you typed is kept.').waitFor();
      await look('step-up-declined');
      expect(await page.getByRole('dialog').count()).toBe(0);
      expect((await countRequests(stack))['page step-up']).toBe(1);

      await stack.resetPolicies();
      await button(page, 'Try again').click();
      await text().waitFor();
      expect(await text().inputValue()).toBe('Typed, and not to be lost.');
      await page.getByText('Everything is saved.').waitFor();
    });
    expect(unexpectedComplaints(browser, [400, 401])).toEqual([]);
  },
  120_000,
);

browserTest(
  'the browser’s own back button at Entra loses nothing and resumes nothing',
  async () => {
    const { page } = browser;
    await browser.run(async () => {
      await signIn(page, stack, 'alice');
      await openDocument(page, 'The lighthouse party');
      await text().fill('Typed before going back.');
      await stack.policy('mfa', 'on');
      await button(page, 'Save').click();
      await button(page, 'Confirm it’s you').click();
      await button(page, 'Approve').waitFor();
      await stack.resetPolicies();
      await stack.clearRecords();
      await page.goBack();
      await page.getByText('Kept from before').waitFor();
      expect(await text().inputValue()).toBe('Typed before going back.');
      expect((await countRequests(stack))['original PUT documents/{id} 200']).toBeUndefined();
      await button(page, 'Save').click();
      await page.getByText('Everything is saved.').waitFor();
    });
    expect(unexpectedComplaints(browser, [400, 401])).toEqual([]);
  },
  120_000,
);

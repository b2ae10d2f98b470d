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

let typed = '';
const text = () => browser.page.getByLabel('Text', { exact: true });

/** Alice has typed into her document when somebody withdraws the consent, and saves. */
async function saveWithout(policy: string, value: string): Promise<void> {
  await signIn(browser.page, stack, 'alice');
  await openDocument(browser.page, 'The lighthouse party');
  typed = `Typed before I was asked. ${crypto.randomUUID()}`;
  await text().fill(typed);
  await stack.policy(policy, value);
  await stack.clearRecords();
  await button(browser.page, 'Save').click();
}

browserTest(
  'consent withdrawn: the question names what is missing, one consent page covers the whole chain, and the save is done',
  async () => {
    const { page, look } = browser;
    await browser.run(async () => {
      await saveWithout('consent', 'withdrawn');
      const dialog = page.getByRole('dialog', {
        name: 'This app needs your permission to do this for you.',
      });
      await dialog
        .getByText(
          'Original API would like to change and delete documents as you may at Downstream API, on your behalf.',
        )
        .waitFor();
      expect(await countRequests(stack)).toEqual({
        'exchange 400': 1,
        'original PUT documents/{id} 403': 1,
      });
      await look('consent');
      await button(page, 'Review and allow').click();
      await page.getByRole('heading', { name: 'Original API → Downstream API' }).waitFor();
      await button(page, 'Accept').click();
      await page.getByText('What you typed is saved now.').waitFor();
      expect(await text().inputValue()).toBe(typed);
      const counts = await countRequests(stack);
      expect([counts['page consent'], counts['original PUT documents/{id} 200']]).toEqual([1, 1]);

      await stack.clearRecords();
      await text().fill('And once more.');
      await button(page, 'Save').click();
      await page.getByText('Everything is saved.').waitFor();
      expect((await countRequests(stack))['page consent']).toBeUndefined();
    });
    expect(unexpectedComplaints(browser, [403])).toEqual([]);
  },
  120_000,
);

browserTest(
  'consent refused by the user: an honest message, the text is kept, nothing loops',
  async () => {
    const { page, look } = browser;
    await browser.run(async () => {
      await saveWithout('consent', 'withdrawn');
      await button(page, 'Review and allow').click();
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.getByText('You did not give permission, so this was not done.').waitFor();
      await look('consent-refused');
      expect(await page.getByRole('dialog').count()).toBe(0);
      const before = await countRequests(stack);
      expect(before['page consent']).toBe(1);
      await page.waitForLoadState('networkidle');
      expect(await countRequests(stack)).toEqual(before);
      await page.getByRole('button', { name: /^Copy [0-9a-f-]{36}$/ }).waitFor();

      await stack.resetPolicies();
      await button(page, 'Try again').click();
      await page.getByText('Everything is saved.').waitFor();
      expect(await text().inputValue()).toBe(typed);
    });
    expect(unexpectedComplaints(browser, [403])).toEqual([]);
  },
  120_000,
);

browserTest(
  'only an administrator may consent: says who has to act, and has a text for them with app and scope',
  async () => {
    const { page, look } = browser;
    await browser.run(async () => {
      await saveWithout('admin-consent', 'required');
      await page
        .getByRole('alert')
        .getByText('An administrator has to allow this first.')
        .waitFor();
      const message = (await page.locator('.to-admin').textContent()) ?? '';
      for (const part of [
        'Original API',
        'api://d0375100-0000-4000-8000-0000000000a3/Documents.ReadWrite',
        'admin consent',
        'Reference: ',
      ]) {
        expect(message).toContain(part);
      }
      await button(page, 'Copy this text').waitFor();
      await look('consent-admin');
      expect(await countRequests(stack)).toEqual({
        'exchange 400': 1,
        'original PUT documents/{id} 403': 1,
      });
      expect(await text().inputValue()).toBe(typed);

      await stack.resetPolicies();
      await button(page, 'Save').click();
      await page.getByText('Everything is saved.').waitFor();
    });
    expect(unexpectedComplaints(browser, [403])).toEqual([]);
  },
  120_000,
);

import { afterAll, beforeAll, expect } from '@jest/globals';
import { needs } from '../support/needs.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { type OpenedBrowser, openBrowser } from './open-browser.ts';

const browserTest = needs('chromium');
let stack: Stack;
let browser: OpenedBrowser;

beforeAll(async () => {
  stack = await startStack();
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await stack?.stop();
}, 60_000);

/** Presses Tab until the focus is on what a screen reader would call by this name, and sees that the focus is visible there. */
async function tabTo(name: string): Promise<void> {
  const { page } = browser;
  for (let pressed = 0; pressed < 40; pressed += 1) {
    await page.keyboard.press('Tab');
    const focused = page.locator(':focus');
    if ((await focused.count()) === 0) continue;
    const label = await focused.evaluate((element) => {
      const labels = (element as HTMLInputElement).labels;
      return (
        element.getAttribute('aria-label') ??
        labels?.[0]?.textContent ??
        element.textContent ??
        ''
      ).trim();
    });
    if (!label.startsWith(name)) continue;
    expect(await focused.evaluate((element) => getComputedStyle(element).outlineStyle)).not.toBe(
      'none',
    );
    return;
  }
  throw new Error(`Tab never reached "${name}"`);
}

browserTest(
  'with the keyboard alone, Bob signs in, writes a document, changes his mind about deleting it, and deletes it',
  async () => {
    browser = await openBrowser();
    const { page, look } = browser;
    const press = (key: string) => page.keyboard.press(key);
    const focusIsOn = async (selector: string) =>
      expect(await page.locator(`${selector}:focus`).count()).toBe(1);

    await browser.run(async () => {
      await page.goto(stack.urls.clientApp);
      await page.getByRole('button', { name: 'Sign in' }).waitFor();
      await tabTo('Sign in');
      await press('Enter');
      await page.locator('[data-user="bob"]').waitFor();
      await tabTo('bob');
      await press('Enter');
      await page.getByText('Sourdough log').waitFor();
      await focusIsOn('h1');

      await tabTo('New document');
      await press('Enter');
      await page.getByLabel('Title').waitFor();
      await focusIsOn('h1');
      await tabTo('Title');
      await page.keyboard.type('Bread');
      await press('Enter');
      await page.getByText('Everything is saved.').waitFor();
      await page.getByRole('heading', { name: 'Bread' }).waitFor();

      await tabTo('Delete document');
      await press('Enter');
      await page.getByRole('dialog', { name: 'Delete this document?' }).waitFor();
      await look('delete');
      await press('Escape');
      // Out of the page, not only out of sight: the app hears of it a moment after the browser has closed it.
      await page.locator('dialog').waitFor({ state: 'detached' });
      await focusIsOn('button');

      await press('Enter');
      await page.getByRole('dialog').waitFor();
      await tabTo('Delete');
      await press('Enter');
      await page.getByRole('heading', { name: 'Documents' }).waitFor();
      await page.getByText('Sourdough log').waitFor();
      expect(await page.getByText('Bread').count()).toBe(0);

      await page.goto(`${stack.urls.clientApp}/#/documents/garden-plan`);
      await page
        .getByRole('alert')
        .getByText('There is no such thing here, or it is not shared with you.')
        .waitFor();
      await look('not-found');
    });
  },
  120_000,
);

import { afterAll, expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { type BrowserTestContext, setUpBrowserTests } from './browser-test.ts';
import { type OpenedBrowser, openBrowser, unexpectedErrors } from './open-browser.ts';
import { button, openDocument, signIn, textField } from './page-actions.ts';

const aliceId = 'a11ce000-0000-4000-8000-000000000001';
const browserTest = setUpBrowserTests();
const bobsBrowsers: OpenedBrowser[] = [];

afterAll(async () => {
  await Promise.all(bobsBrowsers.map((browser) => browser.close()));
}, 60_000);

/**
 * Alice in two tabs and Bob in another browser save a document each, right after Alice's MFA policy
 * was switched on.
 */
async function saveInThreePages({ stack, browser }: BrowserTestContext) {
  const bobsBrowser = await openBrowser();
  bobsBrowsers.push(bobsBrowser);
  const firstTab = browser.page;
  const secondTab = await firstTab.context().newPage();
  const bob = bobsBrowser.page;
  await Promise.all([signIn(firstTab, stack, 'alice'), signIn(bob, stack, 'bob')]);
  // Entra's session belongs to the browser, so that the second tab needs no choice of a user.
  await secondTab.goto(stack.urls.clientApp);
  await button(secondTab, 'Sign in').click();
  await secondTab.getByRole('heading', { name: 'Documents' }).waitFor();

  const edit = async (page: Page, title: string, text: string) => {
    await openDocument(page, title);
    await textField(page).fill(text);
  };
  await Promise.all([
    edit(firstTab, 'The lighthouse party', 'Alice, first tab.'),
    edit(secondTab, 'A garden', 'Alice, second tab.'),
    edit(bob, 'Sourdough log', `Bob. ${crypto.randomUUID()}`),
  ]);
  await stack.policy('mfa', 'on', 'alice');
  await stack.clearRecords();
  await Promise.all([firstTab, secondTab, bob].map((page) => button(page, 'Save').click()));
  await bob.getByText('Everything is saved.').waitFor();
  await Promise.all([firstTab, secondTab].map((page) => page.getByRole('dialog').waitFor()));
  return { firstTab, secondTab, bob, bobsBrowser };
}

browserTest('asks only the user whom the policy is for', async (context) => {
  const { stack, browser } = context;
  const { bob, bobsBrowser } = await saveInThreePages(context);
  expect(await bob.getByRole('dialog').count()).toBe(0);
  const refusals = (await stack.records()).filter(({ facts }) => facts.aadsts === 50076);
  expect(new Set(refusals.map(({ facts }) => facts.user))).toEqual(new Set([aliceId]));

  await bob.getByRole('link', { name: 'Journey' }).click();
  await bob.getByRole('heading', { name: 'The checks of each API' }).waitFor();
  expect(await bob.getByRole('alert').count()).toBe(0);
  expect(unexpectedErrors(bobsBrowser, [])).toEqual([]);
  expect(unexpectedErrors(browser, [400, 401])).toEqual([]);
});

browserTest('continues only in the tab that the user confirmed in', async (context) => {
  const { browser } = context;
  const { firstTab, secondTab } = await saveInThreePages(context);
  await button(firstTab, 'Confirm it’s you').click();
  await button(firstTab, 'Approve').click();
  await firstTab.getByText('What you typed is saved now.').waitFor();
  expect(await textField(firstTab).inputValue()).toBe('Alice, first tab.');
  expect(await secondTab.getByRole('dialog').count()).toBe(1);
  expect(await textField(secondTab).inputValue()).toBe('Alice, second tab.');

  // Entra's session has MFA now, so that the second tab returns without a page of Entra.
  await button(secondTab, 'Confirm it’s you').click();
  await secondTab.getByText('What you typed is saved now.').waitFor();
  expect(await textField(secondTab).inputValue()).toBe('Alice, second tab.');
  expect(unexpectedErrors(browser, [400, 401])).toEqual([]);
});

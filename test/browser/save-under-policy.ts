import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { Stack } from '../support/stack.ts';
import type { BrowserTestContext } from './browser-test.ts';
import { countRequests } from './count-requests.ts';
import { button, openDocument, signIn, textField } from './page-actions.ts';

/**
 * Signs Alice in, changes a document, sets a policy and saves. The records start with the save.
 * @returns the text that was typed
 */
export async function saveUnderPolicy(
  { stack, browser: { page } }: BrowserTestContext,
  policy: string,
  value: string,
): Promise<string> {
  await signIn(page, stack, 'alice');
  await openDocument(page, 'The lighthouse party');
  const typed = `Typed before ${policy} became ${value}. ${crypto.randomUUID()}`;
  await textField(page).fill(typed);
  await stack.policy(policy, value);
  // Marks the page, so that expectSavedWithoutReload can detect a reload.
  await page.evaluate(() => Object.assign(globalThis, { isSameDocument: true }));
  await stack.clearRecords();
  await button(page, 'Save').click();
  return typed;
}

/**
 * Waits until the text is saved, and clicks "Try now" meanwhile.
 * @param timeout in milliseconds
 */
export async function expectSavedWithoutReload(
  page: Page,
  typed: string,
  timeout = 30_000,
): Promise<void> {
  const saved = page.getByText('Everything is saved.');
  const tryNow = button(page, 'Try now');
  const end = Date.now() + timeout;
  while ((await saved.count()) === 0 && Date.now() < end) {
    // The button may disappear between the two calls, when the automatic retry starts.
    if ((await tryNow.count()) > 0) await tryNow.click({ timeout: 1_000 }).catch(() => {});
    await saved.waitFor({ timeout: 3_000 }).catch(() => {});
  }
  await saved.waitFor();
  expect(await textField(page).inputValue()).toBe(typed);
  expect(await page.evaluate(() => 'isSameDocument' in globalThis)).toBe(true);
}

/** Checks that the page sends no further requests by itself. */
export async function expectNoMoreRequests(page: Page, stack: Stack): Promise<void> {
  const counts = await countRequests(stack);
  await page.waitForLoadState('networkidle');
  expect(await countRequests(stack)).toEqual(counts);
}

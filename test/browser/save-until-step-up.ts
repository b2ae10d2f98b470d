import type { Locator, Page } from 'playwright-core';
import type { BrowserTestContext } from './browser-test.ts';
import { saveUnderPolicy } from './save-under-policy.ts';

/**
 * Saves a document after MFA was switched on, and waits for the dialog that leads to Entra.
 * @returns the text that was typed
 */
export async function saveUntilStepUp(context: BrowserTestContext): Promise<string> {
  const typed = await saveUnderPolicy(context, 'mfa', 'on');
  await stepUpDialog(context.browser.page).waitFor();
  return typed;
}

/** The dialog that leads to Entra for one more check. */
export function stepUpDialog(page: Page): Locator {
  return page.getByRole('dialog', {
    name: 'Your organisation asks for one more check before this.',
  });
}

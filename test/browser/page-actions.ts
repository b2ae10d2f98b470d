import type { Locator, Page } from 'playwright-core';
import type { Stack } from '../support/stack.ts';

/** Opens the Client App, signs a user in and waits for the list of documents. */
export async function signIn(page: Page, stack: Stack, user: string): Promise<void> {
  await page.goto(stack.urls.clientApp);
  await button(page, 'Sign in').click();
  await page.locator(`[data-user="${user}"]`).click();
  await page.getByRole('heading', { name: 'Documents' }).waitFor();
  await page.locator('.rows, .empty').waitFor();
}

/**
 * Opens a document from the list and waits for its text. The page sends no more requests by itself,
 * because it knows the names of all people on it.
 */
export async function openDocument(page: Page, title: string): Promise<void> {
  await waitForNames(page);
  await page.getByRole('link', { name: title }).click();
  await page.getByRole('heading', { name: title }).waitFor();
  await textField(page).waitFor();
  await waitForNames(page);
}

/** Waits until the page shows no object id in place of a name. */
async function waitForNames(page: Page): Promise<void> {
  const shortenedId = /[0-9a-f]{8}…[0-9a-f]{4}/;
  const people = page.locator('.row-owner, .chosen-person-text');
  await people.filter({ hasText: shortenedId }).first().waitFor({ state: 'detached' });
}

/** Opens a view from the navigation. */
export async function openView(page: Page, name: string): Promise<void> {
  await page.getByRole('navigation').getByRole('link', { name }).click();
}

export function button(page: Page, name: string): Locator {
  return page.getByRole('button', { name, exact: true });
}

/** The field with the text of a document. */
export function textField(page: Page): Locator {
  return page.getByLabel('Text', { exact: true });
}

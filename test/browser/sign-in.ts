import type { Page } from 'playwright-core';
import type { Stack } from '../support/stack.ts';
import { isNoteOf, type OpenedBrowser } from './open-browser.ts';

/** Opens the Client App and signs in with a click on the person's name; resolves when the documents are there. */
export async function signIn(page: Page, stack: Stack, user: string): Promise<void> {
  await page.goto(stack.urls.clientApp);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.locator(`[data-user="${user}"]`).click();
  await page.getByRole('heading', { name: 'Documents' }).waitFor();
  await page.locator('.rows, .empty').waitFor();
}

/** Opens an example document of the person and waits until it can be edited. */
export async function openDocument(page: Page, title: string): Promise<void> {
  await page.getByRole('link', { name: title }).click();
  await page.getByRole('heading', { name: title }).waitFor();
  await page.getByLabel('Text', { exact: true }).waitFor();
}

export const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

/** What the browser complained about, but for its notes that an answer was a refusal of these kinds. */
export const unexpectedComplaints = ({ complaints }: OpenedBrowser, statuses: readonly number[]) =>
  complaints.filter((complaint) => !statuses.some((status) => isNoteOf(status)(complaint)));

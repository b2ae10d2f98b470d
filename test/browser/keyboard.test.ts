import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { Stack } from '../support/stack.ts';
import { setUpBrowserTests } from './browser-test.ts';
import { tabTo } from './tab-to.ts';

const browserTest = setUpBrowserTests();

async function expectFocus(page: Page, selector: string): Promise<void> {
  expect(await page.locator(`${selector}:focus`).count()).toBe(1);
}

async function signInAsBob(page: Page, stack: Stack): Promise<void> {
  await page.goto(stack.urls.clientApp);
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
  await tabTo(page, 'Sign in');
  await page.keyboard.press('Enter');
  await page.locator('[data-user="bob"]').waitFor();
  await tabTo(page, 'bob');
  await page.keyboard.press('Enter');
  await page.getByText('Sourdough log').waitFor();
}

async function createDocument(page: Page, title: string): Promise<void> {
  await tabTo(page, 'New document');
  await page.keyboard.press('Enter');
  await page.getByLabel('Title').waitFor();
  await tabTo(page, 'Title');
  await page.keyboard.type(title);
  await page.keyboard.press('Enter');
  await page.getByText('Everything is saved.').waitFor();
  await page.getByRole('heading', { name: title }).waitFor();
}

async function openDeleteDialog(page: Page): Promise<void> {
  await tabTo(page, 'Delete document');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'Delete this document?' }).waitFor();
}

browserTest('moves the focus to the heading of each new view', async ({ stack, browser }) => {
  const { page } = browser;
  await signInAsBob(page, stack);
  await expectFocus(page, 'h1');
  await tabTo(page, 'New document');
  await page.keyboard.press('Enter');
  await page.getByLabel('Title').waitFor();
  await expectFocus(page, 'h1');
});

browserTest('returns the focus when Escape closes a dialog', async ({ stack, browser }) => {
  const { page } = browser;
  await signInAsBob(page, stack);
  await createDocument(page, 'Cake');
  await openDeleteDialog(page);
  await browser.checkLayout('delete');
  await page.keyboard.press('Escape');
  // The app removes the element a moment after the browser has closed the dialog.
  await page.locator('dialog').waitFor({ state: 'detached' });
  await expectFocus(page, 'button');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
});

browserTest('creates and deletes a document with the keyboard', async ({ stack, browser }) => {
  const { page } = browser;
  await signInAsBob(page, stack);
  await createDocument(page, 'Bread');
  await openDeleteDialog(page);
  await tabTo(page, 'Delete');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Documents' }).waitFor();
  await page.getByText('Sourdough log').waitFor();
  expect(await page.getByText('Bread').count()).toBe(0);
});

browserTest('says that a document of another user does not exist', async ({ stack, browser }) => {
  const { page } = browser;
  await signInAsBob(page, stack);
  await page.goto(`${stack.urls.clientApp}/#/documents/garden-plan`);
  await page
    .getByRole('alert')
    .getByText('There is no such document, or it is not shared with you.')
    .waitFor();
  await browser.checkLayout('not-found');
});

import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { Stack } from '../support/stack.ts';
import { type BrowserTestContext, setUpBrowserTests } from './browser-test.ts';
import { isHttpErrorLog, type OpenedBrowser, unexpectedErrors } from './open-browser.ts';
import { button, openView, signIn, textField } from './page-actions.ts';

const aliceId = 'a11ce000-0000-4000-8000-000000000001';
const bobId = 'b0b00000-0000-4000-8000-000000000002';
/** A serialized JSON Web Token: the start of its header, a period and the start of its claims. */
const tokenPattern = /eyJ[\w-]+\.eyJ/;

const browserTest = setUpBrowserTests();

/** Creates a document that Bob can change, and opens it. Returns its id. */
async function createSharedDocument(page: Page, title: string): Promise<string> {
  await page.getByRole('link', { name: 'New document' }).click();
  await page.getByLabel('Title').fill(title);
  await textField(page).fill('one\ntwo');
  await page.getByText('Sharing').click();
  await page.getByLabel('May read and change', { exact: true }).fill(bobId);
  await button(page, 'Save').click();
  await page.getByRole('heading', { name: title }).waitFor();
  await page.getByText('Everything is saved.').waitFor();
  return decodeURIComponent(new URL(page.url()).hash.split('/').at(-1) ?? '');
}

/** Saves a document as Bob, without the Client App. */
async function saveAsBob(stack: Stack, id: string, text: string): Promise<void> {
  const authorization = `Bearer ${await stack.token('bob')}`;
  const url = `${stack.urls.originalApi}/documents/${id}`;
  const current = await fetch(url, { headers: { authorization } });
  const { title } = (await current.json()) as { readonly title: string };
  const response = await fetch(url, {
    method: 'PUT',
    headers: {
      authorization,
      'content-type': 'application/json',
      'if-match': current.headers.get('etag') ?? '',
    },
    body: JSON.stringify({ title, text }),
  });
  expect(response.status).toBe(200);
}

/** Saves a document that Bob has saved in the meantime. */
async function createConflict({ stack, browser }: BrowserTestContext, title: string) {
  const { page } = browser;
  await signIn(page, stack, 'alice');
  const id = await createSharedDocument(page, title);
  await textField(page).fill('one\ntwo, mine');
  await saveAsBob(stack, id, 'one\ntwo, theirs');
  await button(page, 'Save').click();
  await page.getByRole('heading', { name: 'Somebody saved a newer version.' }).waitFor();
}

/** Checks that the browser logged responses with this status, and no other error. */
function expectOnlyHttpErrors(browser: OpenedBrowser, status: number): void {
  expect(browser.errors.some((error) => isHttpErrorLog(error, status))).toBe(true);
  expect(unexpectedErrors(browser, [status])).toEqual([]);
}

browserTest('signs in and shows the documents', async ({ stack, browser }) => {
  const { page } = browser;
  await page.goto(stack.urls.clientApp);
  await button(page, 'Sign in').waitFor();
  await browser.checkLayout('signed-out');
  await button(page, 'Sign in').click();
  await page.locator('[data-user="alice"]').waitFor();
  await browser.screenshot('sign-in');
  await page.locator('[data-user="alice"]').click();
  await page.getByText('The lighthouse party').waitFor();
  expect(new URL(page.url()).pathname).toBe('/');
  await browser.checkLayout('documents');
  expect(unexpectedErrors(browser, [])).toEqual([]);
});

browserTest(
  'shows which claims changed between the tokens, and which stayed',
  async ({ stack, browser }) => {
    const { page } = browser;
    await signIn(page, stack, 'alice');
    await openView(page, 'Journey');
    await page.getByRole('heading', { name: 'The checks of each API' }).waitFor();
    const readClaim = (name: string) =>
      page
        .locator('.claim', { has: page.getByRole('heading', { name, exact: true }) })
        .textContent();
    for (const name of ['aud', 'azp', 'azpacr', 'scp'])
      expect(await readClaim(name)).toContain('Changed');
    for (const name of ['oid', 'tid']) expect(await readClaim(name)).toContain('Stayed');
    expect(await readClaim('oid')).toContain(aliceId);
    const downstream = page.getByRole('region', { name: 'Downstream API' });
    expect(await downstream.textContent()).toContain('app authenticated with a credential');
    await browser.checkLayout('journey');
    expect(unexpectedErrors(browser, [])).toEqual([]);
  },
);

browserTest('shows no token on the journey page', async ({ stack, browser }) => {
  const { page } = browser;
  await signIn(page, stack, 'alice');
  await openView(page, 'Journey');
  await page.getByRole('heading', { name: 'The checks of each API' }).waitFor();
  expect(await page.content()).not.toMatch(tokenPattern);
});

browserTest('restores the draft of a new document after a reload', async ({ stack, browser }) => {
  const { page } = browser;
  await signIn(page, stack, 'alice');
  await page.getByRole('link', { name: 'New document' }).click();
  await page.getByLabel('Title').fill('Plan');
  await textField(page).fill('one\ntwo');
  await page.reload();
  await page.getByText('Restored from your last visit').waitFor();
  await button(page, 'Save').click();
  await page.getByRole('heading', { name: 'Plan' }).waitFor();
  await page.getByText('Everything is saved.').waitFor();
  expect(await textField(page).inputValue()).toBe('one\ntwo');
  await browser.checkLayout('document');
  expect(unexpectedErrors(browser, [])).toEqual([]);
});

browserTest('shows both versions of a conflict', async (context) => {
  const { browser } = context;
  await createConflict(context, 'Plan with two versions');
  await browser.page.getByText('two, mine').waitFor();
  await browser.page.getByText('two, theirs').waitFor();
  await browser.checkLayout('conflict');
  expectOnlyHttpErrors(browser, 412);
});

browserTest('saves over the newer version with "Keep mine"', async (context) => {
  const { browser } = context;
  const { page } = browser;
  await createConflict(context, 'Plan to keep');
  await button(page, 'Keep mine').click();
  await page.getByText('Everything is saved.').waitFor();
  expect(await textField(page).inputValue()).toBe('one\ntwo, mine');
  expectOnlyHttpErrors(browser, 412);
});

browserTest('shows the newer version with "Take theirs"', async (context) => {
  const { browser } = context;
  const { page } = browser;
  await createConflict(context, 'Plan to take');
  await button(page, 'Take theirs').click();
  expect(await textField(page).inputValue()).toBe('one\ntwo, theirs');
  expectOnlyHttpErrors(browser, 412);
});

browserTest('saves the own profile', async ({ stack, browser }) => {
  const { page } = browser;
  await signIn(page, stack, 'alice');
  await openView(page, 'Profile');
  await page.getByLabel('Job title').fill('Architect of chains');
  await button(page, 'Save').click();
  await page.getByText('Everything is saved.').waitFor();
  await browser.checkLayout('profile');
  expect(unexpectedErrors(browser, [])).toEqual([]);
});

browserTest('does not show the profile of another user', async ({ stack, browser }) => {
  const { page } = browser;
  await signIn(page, stack, 'alice');
  await openView(page, 'Profile');
  await page.getByLabel('Object id').fill(bobId);
  await button(page, 'Open').click();
  await page.getByRole('alert').getByText('You may not do this.').waitFor();
  expectOnlyHttpErrors(browser, 403);
});

browserTest('removes drafts and tokens at sign-out', async ({ stack, browser }) => {
  const { page } = browser;
  await signIn(page, stack, 'alice');
  await page.getByRole('link', { name: 'New document' }).click();
  await page.getByLabel('Title').fill('Not saved');
  await button(page, 'Sign out').click();
  await button(page, 'Sign in').waitFor();
  const keys = await page.evaluate(() => Object.keys(sessionStorage));
  expect(keys.filter((key) => /draft|accesstoken|refreshtoken/i.test(key))).toEqual([]);
});

import { afterEach, expect } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import { type BrowserTestContext, setUpBrowserTests } from './browser-test.ts';
import { countRequests } from './count-requests.ts';
import { type OpenedBrowser, openBrowser, unexpectedErrors } from './open-browser.ts';
import { button, signIn } from './page-actions.ts';
import { tabTo } from './tab-to.ts';

const bobId = 'b0b00000-0000-4000-8000-000000000002';
const browserTest = setUpBrowserTests();
const otherBrowsers: OpenedBrowser[] = [];

afterEach(async () => {
  await Promise.all(otherBrowsers.splice(0).map((browser) => browser.close()));
}, 30_000);

/** The field to choose the people who may read. */
function readersField(page: Page): Locator {
  return page.getByLabel('May read', { exact: true });
}

function chosenPeople(page: Page): Locator {
  return page.getByRole('list', { name: 'May read: people' }).getByRole('listitem');
}

/** Signs Alice in, and opens the sharing of a new document. */
async function openSharing({ stack, browser: { page } }: BrowserTestContext, title: string) {
  await signIn(page, stack, 'alice');
  await page.getByRole('link', { name: 'New document' }).click();
  await page.getByLabel('Title').fill(title);
  await page.getByText('Sharing').click();
}

/** Types the start of a name, and chooses the first person found with the keyboard. */
async function chooseByName(page: Page, start: string): Promise<void> {
  await readersField(page).fill(start);
  await page.getByRole('option').first().waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
}

async function openAs({ stack }: BrowserTestContext, user: string): Promise<Page> {
  const browser = await openBrowser();
  otherBrowsers.push(browser);
  await signIn(browser.page, stack, user);
  return browser.page;
}

browserTest('shares a document by name with the keyboard', async (context) => {
  const { stack, browser } = context;
  const { page } = browser;
  await signIn(page, stack, 'alice');
  await tabTo(page, 'New document');
  await page.keyboard.press('Enter');
  await page.getByLabel('Title').waitFor();
  await tabTo(page, 'Title');
  await page.keyboard.type('Shared with Bob');
  await tabTo(page, 'Sharing');
  await page.keyboard.press('Enter');
  await tabTo(page, 'May read');
  await page.keyboard.type('bo');
  const option = page.getByRole('option', { name: 'Bob Berg bob@contoso.example' });
  await option.waitFor();
  expect(await readersField(page).getAttribute('aria-expanded')).toBe('true');
  await page.keyboard.press('ArrowDown');
  expect(await readersField(page).getAttribute('aria-activedescendant')).toBe(
    await option.getAttribute('id'),
  );
  await browser.checkLayout('people-found');
  await page.keyboard.press('Enter');
  await chosenPeople(page).getByText('Bob Berg').waitFor();
  await tabTo(page, 'Save');
  await page.keyboard.press('Enter');
  await page.getByText('Everything is saved.').waitFor();
  await browser.checkLayout('people-chosen');

  const bob = await openAs(context, 'bob');
  await bob.getByText('Shared with you by Alice Almeida').first().waitFor();
  await bob.getByRole('link', { name: 'Shared with Bob' }).click();
  await bob.locator('.details').getByText('Alice Almeida').waitFor();
  expect(unexpectedErrors(browser, [])).toEqual([]);
});

browserTest('sends one request for a name that is typed letter by letter', async (context) => {
  const { stack, browser } = context;
  const { page } = browser;
  await openSharing(context, 'One request');
  await stack.clearRecords();
  await readersField(page).pressSequentially('bob berg', { delay: 20 });
  await page.getByRole('option').waitFor();
  expect((await countRequests(stack))['original GET people 200']).toBe(1);
});

browserTest('removes a person with the keyboard and keeps the focus', async (context) => {
  const { page } = context.browser;
  await openSharing(context, 'Removed');
  await chooseByName(page, 'bo');
  await chooseByName(page, 'ca');
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Enter');
  await page.getByText('Carol Chen removed.').waitFor();
  expect(await chosenPeople(page).allInnerTexts()).toEqual([expect.stringContaining('Bob Berg')]);
  expect(await readersField(page).evaluate((field) => field === document.activeElement)).toBe(true);
});

browserTest('shows the names of the people again after a reload', async (context) => {
  const { page } = context.browser;
  await openSharing(context, 'Reloaded');
  await chooseByName(page, 'bo');
  await button(page, 'Save').click();
  await page.getByText('Everything is saved.').waitFor();
  await page.reload();
  await chosenPeople(page).getByText('Bob Berg').waitFor();
});

browserTest('accepts object ids when an administrator has to allow the search', async (context) => {
  const { stack, browser } = context;
  const { page } = browser;
  await stack.policy('graph-consent', 'admin-required');
  await openSharing(context, 'Shared by object id');
  await readersField(page).fill('bob');
  await page
    .getByText('You cannot search by name, because an administrator has to allow it first.')
    .first()
    .waitFor();
  await readersField(page).press('Enter');
  await page.getByRole('alert').getByText('“bob” is not an object id.').waitFor();
  await browser.checkLayout('people-object-ids');
  await page.setViewportSize({ width: 320, height: 800 });
  const { x, width } = (await page.locator('.sharing').boundingBox()) ?? { x: 0, width: 321 };
  expect(x + width).toBeLessThanOrEqual(320);
  await readersField(page).fill(bobId);
  await readersField(page).press('Enter');
  await chosenPeople(page).getByText('b0b00000…0002').waitFor();
  await button(page, 'Save').click();
  await page.getByText('Everything is saved.').waitFor();
  expect(await page.getByRole('dialog').count()).toBe(0);
  expect(unexpectedErrors(browser, [403])).toEqual([]);

  await stack.resetPolicies();
  const bob = await openAs(context, 'bob');
  await bob.getByRole('link', { name: 'Shared by object id' }).waitFor();
});

browserTest('searches again once the administrator has allowed it', async (context) => {
  const { stack, browser } = context;
  const { page } = browser;
  await stack.policy('graph-consent', 'admin-required');
  await openSharing(context, 'Allowed later');
  await readersField(page).fill('bob');
  await page.getByText('an administrator has to allow it first').first().waitFor();
  await stack.resetPolicies();
  await button(page, 'Search by name').first().click();
  await page.getByRole('option', { name: 'Bob Berg' }).waitFor();
  expect(unexpectedErrors(browser, [403])).toEqual([]);
});

browserTest('continues the search after the consent page, with what was typed', async (context) => {
  const { stack, browser } = context;
  const { page } = browser;
  await stack.policy('graph-consent', 'withdrawn');
  await openSharing(context, 'Shared after the consent');
  expect(await page.getByRole('dialog').count()).toBe(0);
  await readersField(page).fill('bob');
  await page
    .getByRole('dialog', { name: 'This app needs your permission to do this for you.' })
    .waitFor();
  await browser.checkLayout('people-consent');
  await button(page, 'Review and allow').click();
  await button(page, 'Accept').click();
  await page.getByRole('option', { name: 'Bob Berg' }).waitFor();
  expect(await readersField(page).inputValue()).toBe('bob');
  expect(await page.getByLabel('Title').inputValue()).toBe('Shared after the consent');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await chosenPeople(page).getByText('Bob Berg').waitFor();
  expect(unexpectedErrors(browser, [403])).toEqual([]);
});

browserTest('accepts object ids when the user gave no permission', async (context) => {
  const { stack, browser } = context;
  const { page } = browser;
  await stack.policy('graph-consent', 'withdrawn');
  await openSharing(context, 'Without permission');
  await readersField(page).fill('bob');
  await button(page, 'Review and allow').click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByText('You did not give permission, so this was not done.').waitFor();
  expect(await readersField(page).inputValue()).toBe('bob');
  await readersField(page).fill(bobId);
  await readersField(page).press('Enter');
  await chosenPeople(page).getByText('b0b00000…0002').waitFor();
  expect(await page.getByRole('dialog').count()).toBe(0);
  expect(unexpectedErrors(browser, [403])).toEqual([]);
});

browserTest('names who saved the newer version, if the API tells it', async (context) => {
  const { browser } = context;
  const { page } = browser;
  await openSharing(context, 'Saved by Bob');
  await button(page, 'Save').click();
  await page.getByText('Everything is saved.').waitFor();
  await page.route('**/api/documents/*', async (route) => {
    const isWrite = route.request().method() === 'PUT';
    // A write that is based on another version meets a conflict.
    const headers = { ...route.request().headers(), ...(isWrite && { 'if-match': 'W/"other"' }) };
    const response = await route.fetch({ headers });
    if (isWrite) return route.fulfill({ response });
    const json = { ...(await response.json()), text: 'theirs', modifiedBy: bobId };
    return route.fulfill({ response, json });
  });
  await page.getByLabel('Text', { exact: true }).fill('mine');
  await button(page, 'Save').click();
  await page.getByRole('heading', { name: 'Bob Berg saved a newer version.' }).waitFor();
  await page.getByText('Saved by Bob Berg').waitFor();
  expect(unexpectedErrors(browser, [412])).toEqual([]);
});

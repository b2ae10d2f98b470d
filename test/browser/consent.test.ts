import { expect } from '@jest/globals';
import { setUpBrowserTests } from './browser-test.ts';
import { countRequests } from './count-requests.ts';
import { unexpectedErrors } from './open-browser.ts';
import { button, textField } from './page-actions.ts';
import { expectNoMoreRequests, saveUnderPolicy } from './save-under-policy.ts';

const browserTest = setUpBrowserTests();

browserTest('names the permission that is missing before it leaves for Entra', async (context) => {
  const { stack, browser } = context;
  await saveUnderPolicy(context, 'consent', 'withdrawn');
  await browser.page
    .getByRole('dialog', { name: 'This app needs your permission to do this for you.' })
    .getByText(
      'Original API wants to change and delete documents in Downstream API, on your behalf.',
    )
    .waitFor();
  expect(await countRequests(stack)).toEqual({
    'exchange 400': 1,
    'original PUT documents/{id} 403': 1,
  });
  await browser.checkLayout('consent');
  expect(unexpectedErrors(browser, [403])).toEqual([]);
});

browserTest('saves after one consent page for the whole chain', async (context) => {
  const { stack, browser } = context;
  const { page } = browser;
  const typed = await saveUnderPolicy(context, 'consent', 'withdrawn');
  await button(page, 'Review and allow').click();
  await page.getByRole('heading', { name: 'Original API → Downstream API' }).waitFor();
  await button(page, 'Accept').click();
  await page.getByText('What you typed is saved now.').waitFor();
  expect(await textField(page).inputValue()).toBe(typed);
  const counts = await countRequests(stack);
  expect(counts['page consent']).toBe(1);
  expect(counts['original PUT documents/{id} 200']).toBe(1);

  await stack.clearRecords();
  await textField(page).fill('And once more.');
  await button(page, 'Save').click();
  await page.getByText('Everything is saved.').waitFor();
  const laterCounts = await countRequests(stack);
  expect(laterCounts['page consent']).toBeUndefined();
  expect(unexpectedErrors(browser, [403])).toEqual([]);
});

browserTest('says that the user gave no permission, and sends nothing more', async (context) => {
  const { stack, browser } = context;
  const { page } = browser;
  await saveUnderPolicy(context, 'consent', 'withdrawn');
  await button(page, 'Review and allow').click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByText('You did not give permission, so this was not done.').waitFor();
  await page.getByRole('button', { name: /^Copy [0-9a-f-]{36}$/ }).waitFor();
  await browser.checkLayout('consent-refused');
  expect(await page.getByRole('dialog').count()).toBe(0);
  const counts = await countRequests(stack);
  expect(counts['page consent']).toBe(1);
  await expectNoMoreRequests(page, stack);
  expect(unexpectedErrors(browser, [403])).toEqual([]);
});

browserTest('keeps the text of a user who gave no permission', async (context) => {
  const { stack, browser } = context;
  const { page } = browser;
  const typed = await saveUnderPolicy(context, 'consent', 'withdrawn');
  await button(page, 'Review and allow').click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByText('You did not give permission, so this was not done.').waitFor();

  await stack.resetPolicies();
  await button(page, 'Try again').click();
  await page.getByText('Everything is saved.').waitFor();
  expect(await textField(page).inputValue()).toBe(typed);
  expect(unexpectedErrors(browser, [403])).toEqual([]);
});

browserTest('offers a message to an administrator with the app and the scope', async (context) => {
  const { stack, browser } = context;
  const { page } = browser;
  const typed = await saveUnderPolicy(context, 'admin-consent', 'required');
  await page.getByRole('alert').getByText('An administrator has to allow this first.').waitFor();
  const message = await page.locator('.admin-message').textContent();
  expect(message).toContain('Original API');
  expect(message).toContain('api://d0375100-0000-4000-8000-0000000000a3/Documents.ReadWrite');
  expect(message).toContain('admin consent');
  expect(message).toContain('Reference: ');
  await button(page, 'Copy this text').waitFor();
  await browser.checkLayout('consent-admin');
  expect(await countRequests(stack)).toEqual({
    'exchange 400': 1,
    'original PUT documents/{id} 403': 1,
  });
  expect(await textField(page).inputValue()).toBe(typed);
  expect(unexpectedErrors(browser, [403])).toEqual([]);
});

browserTest('saves on the same page once the administrator consented', async (context) => {
  const { stack, browser } = context;
  const { page } = browser;
  const typed = await saveUnderPolicy(context, 'admin-consent', 'required');
  await page.getByRole('alert').getByText('An administrator has to allow this first.').waitFor();
  await stack.resetPolicies();
  await button(page, 'Save').click();
  await page.getByText('Everything is saved.').waitFor();
  expect(await textField(page).inputValue()).toBe(typed);
  expect(unexpectedErrors(browser, [403])).toEqual([]);
});

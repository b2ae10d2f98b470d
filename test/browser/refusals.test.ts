import { expect } from '@jest/globals';
import { setUpBrowserTests } from './browser-test.ts';
import { countRequests } from './count-requests.ts';
import { unexpectedErrors } from './open-browser.ts';
import { button, openView, signIn, textField } from './page-actions.ts';
import {
  expectNoMoreRequests,
  expectSavedWithoutReload,
  saveUnderPolicy,
} from './save-under-policy.ts';

const browserTest = setUpBrowserTests();

const finalRefusals = [
  {
    name: 'a blocked location',
    policy: 'block-location',
    message: 'Your organisation does not allow this from here.',
  },
  {
    name: 'a disabled user',
    policy: 'disable-user',
    message: 'Your account cannot use this app.',
  },
  {
    name: 'a user who is not assigned',
    policy: 'unassign-user',
    message: 'Your account cannot use this app.',
  },
];

for (const { name, policy, message } of finalRefusals) {
  browserTest(`shows a message without a retry for ${name}`, async (context) => {
    const { stack, browser } = context;
    const { page } = browser;
    await saveUnderPolicy(context, policy, 'on');
    const notice = page.locator('.notice', { hasText: message });
    await notice.waitFor();
    expect(await countRequests(stack)).toEqual({
      'exchange 400': 1,
      'original PUT documents/{id} 403': 1,
    });
    // The only button copies the correlation id.
    expect(await notice.getByRole('button').allTextContents()).toEqual([
      expect.stringMatching(/^[0-9a-f-]{36}$/),
    ]);
    expect(await page.getByRole('dialog').count()).toBe(0);
    await browser.checkLayout(`refusal-${policy}`);
    await expectNoMoreRequests(page, stack);
    expect(unexpectedErrors(browser, [403])).toEqual([]);
  });

  browserTest(`saves on the same page after ${name} is allowed again`, async (context) => {
    const { stack, browser } = context;
    const { page } = browser;
    const typed = await saveUnderPolicy(context, policy, 'on');
    await page.locator('.notice', { hasText: message }).waitFor();
    await stack.resetPolicies();
    await button(page, 'Save').click();
    await expectSavedWithoutReload(page, typed);
    expect(unexpectedErrors(browser, [403])).toEqual([]);
  });
}

browserTest('saves after a new sign-in when the sessions were revoked', async (context) => {
  const { stack, browser } = context;
  const { page } = browser;
  const typed = await saveUnderPolicy(context, 'revoke-sessions', 'now');
  await page.getByRole('dialog', { name: 'Your sign-in is no longer valid.' }).waitFor();
  const countsBefore = await countRequests(stack);
  expect(countsBefore['exchange 400']).toBe(1);
  expect(countsBefore['original PUT documents/{id} 401']).toBe(1);
  expect(countsBefore['silent 400']).toBe(1);
  await browser.checkLayout('refusal-revoked');

  await button(page, 'Sign in again').click();
  await page.locator('[data-user="alice"]').click();
  await page.getByText('What you typed is saved now.').waitFor();
  expect(await textField(page).inputValue()).toBe(typed);
  const countsAfter = await countRequests(stack);
  expect(countsAfter['code 200']).toBe(1);
  expect(countsAfter['original PUT documents/{id} 200']).toBe(1);
  expect(unexpectedErrors(browser, [400, 401])).toEqual([]);
});

browserTest(
  'shows and saves no draft of the user before when another one signs in',
  async (context) => {
    const { stack, browser } = context;
    const { page } = browser;
    const typed = await saveUnderPolicy(context, 'revoke-sessions', 'now');
    await button(page, 'Sign in again').click();
    await page.locator('[data-user="carol"]').click();
    await page.getByText('You may read this document.').waitFor();
    await page.getByText('Carol Chen').waitFor();
    expect(await textField(page).inputValue()).not.toBe(typed);
    const counts = await countRequests(stack);
    expect(counts['original PUT documents/{id} 200']).toBeUndefined();
  },
);

browserTest('loads the documents again with the link to the current page', async (context) => {
  const { stack, browser } = context;
  const { page } = browser;
  await signIn(page, stack, 'bob');
  await openView(page, 'Profile');
  await page.getByText('Sound designer').or(page.getByLabel('Job title')).first().waitFor();
  await stack.policy('block-location', 'on');
  await openView(page, 'Journey');
  await openView(page, 'Documents');
  await page.locator('.rows, .notice').first().waitFor();
  await stack.resetPolicies();
  await openView(page, 'Documents');
  await page.getByText('Sourdough log').waitFor();
});

browserTest('renews token A silently when Entra replaces its signing key', async (context) => {
  const { stack, browser } = context;
  const { page } = browser;
  const typed = await saveUnderPolicy(context, 'signing-key', 'emergency');
  await expectSavedWithoutReload(page, typed);
  expect(await page.getByRole('dialog').count()).toBe(0);
  const requests = Object.keys(await countRequests(stack));
  expect(requests.filter((name) => name.startsWith('page'))).toEqual([]);
  expect(unexpectedErrors(browser, [401])).toEqual([]);
});

import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { Stack } from '../support/stack.ts';
import { setUpBrowserTests } from './browser-test.ts';
import { countRequests } from './count-requests.ts';
import { unexpectedErrors } from './open-browser.ts';
import { button, openDocument, openView, signIn, textField } from './page-actions.ts';
import { saveUntilStepUp, stepUpDialog } from './save-until-step-up.ts';

const browserTest = setUpBrowserTests();

async function confirmAtEntra(page: Page): Promise<void> {
  await button(page, 'Confirm it’s you').click();
  await button(page, 'Approve').click();
}

browserTest('tries silently, then asks before it leaves for Entra', async (context) => {
  const { stack, browser } = context;
  await saveUntilStepUp(context);
  expect(await countRequests(stack)).toEqual({
    'exchange 400': 1,
    'original PUT documents/{id} 401': 1,
    'silent 400': 1,
  });
  await browser.checkLayout('step-up');
  expect(unexpectedErrors(browser, [400, 401])).toEqual([]);
});

browserTest('saves what was typed after one step-up', async (context) => {
  const { stack, browser } = context;
  const { page } = browser;
  const typed = await saveUntilStepUp(context);
  await confirmAtEntra(page);
  await page.getByText('What you typed is saved now.').waitFor();
  expect(await textField(page).inputValue()).toBe(typed);
  expect(await countRequests(stack)).toMatchObject({
    'page step-up': 1,
    'code 200': 1,
    'original PUT documents/{id} 200': 1,
  });
  await browser.checkLayout('step-up-done');
  expect(unexpectedErrors(browser, [400, 401])).toEqual([]);
});

browserTest('asks for no second step-up', async (context) => {
  const { stack, browser } = context;
  const { page } = browser;
  await saveUntilStepUp(context);
  await confirmAtEntra(page);
  await page.getByText('What you typed is saved now.').waitFor();

  await stack.clearRecords();
  await textField(page).fill('Saved once more, without a dialog.');
  await button(page, 'Save').click();
  await page.getByText('Everything is saved.').waitFor();
  await page.getByRole('link', { name: 'Journey' }).click();
  await page.getByRole('heading', { name: 'The checks of each API' }).waitFor();
  const requests = Object.keys(await countRequests(stack));
  expect(requests.filter((name) => / 4\d\d$|^page/.test(name))).toEqual([]);

  await page.goto(`${stack.urls.clientApp}/#/documents/lighthouse-party`);
  await textField(page).waitFor();
  expect(await textField(page).inputValue()).toBe('Saved once more, without a dialog.');
  expect(unexpectedErrors(browser, [400, 401])).toEqual([]);
});

browserTest('focuses the empty title of a new document', async ({ stack, browser }) => {
  const { page } = browser;
  await signIn(page, stack, 'bob');
  await page.getByRole('link', { name: 'New document' }).click();
  await textField(page).fill('More patience.');
  await button(page, 'Save').click();
  const title = page.getByLabel('Title');
  expect(await title.evaluate((field) => field === document.activeElement)).toBe(true);
  const saveState = page.locator('#save-state');
  expect(await saveState.textContent()).toContain('A title is missing.');
  expect(await button(page, 'Save').getAttribute('aria-describedby')).toBe('save-state');
  await title.fill('Attempt 18');
  expect(await saveState.textContent()).not.toContain('missing');
  expect(unexpectedErrors(browser, [])).toEqual([]);
});

/**
 * Removes the claims from the header of each challenge, as for claims that are too long for it.
 * Returns the number of headers that it changed.
 */
async function removeHeaderClaims(page: Page, stack: Stack): Promise<() => number> {
  let changed = 0;
  await page.route(`${stack.urls.originalApi}/**`, async (route) => {
    const response = await route.fetch();
    const headers = response.headers();
    const challenge = headers['www-authenticate'];
    const shorterChallenge = challenge?.replace(/, claims="[^"]+"/, '');
    if (shorterChallenge === undefined || shorterChallenge === challenge) {
      await route.fulfill({ response, headers });
      return;
    }
    changed += 1;
    await route.fulfill({
      response,
      headers: { ...headers, 'www-authenticate': shorterChallenge },
    });
  });
  return () => changed;
}

browserTest(
  'creates one document after a step-up whose claims are only in the body',
  async ({ stack, browser }) => {
    const { page } = browser;
    await signIn(page, stack, 'bob');
    await page.getByRole('link', { name: 'New document' }).click();
    await page.getByLabel('Title').fill('Attempt 19');
    await textField(page).fill('More patience.');
    await stack.policy('mfa', 'on', 'bob');
    const countChangedHeaders = await removeHeaderClaims(page, stack);
    await button(page, 'Save').click();
    await confirmAtEntra(page);
    await page.getByText('What you typed is saved now.').waitFor();
    expect(countChangedHeaders()).toBe(1);
    await page.getByRole('heading', { name: 'Attempt 19' }).waitFor();
    expect(new URL(page.url()).hash).toMatch(/^#\/documents\/[\w-]+$/);

    await openView(page, 'Documents');
    await page.getByText('Sourdough log').waitFor();
    expect(await page.getByText('Attempt 19').count()).toBe(1);
    expect(unexpectedErrors(browser, [400, 401])).toEqual([]);
  },
);

browserTest(
  'deletes a document after a step-up for its authentication context',
  async ({ stack, browser }) => {
    const { page } = browser;
    await signIn(page, stack, 'alice');
    await openDocument(page, 'Field notes');
    await stack.policy('auth-context', 'on');
    await stack.clearRecords();
    await button(page, 'Delete document').click();
    await button(page, 'Delete').click();
    await stepUpDialog(page).waitFor();
    // Original API answers Downstream API's challenge with a new exchange, which Entra refuses.
    expect(await countRequests(stack)).toEqual({
      'exchange 200': 1,
      'downstream DELETE documents/{id} 401': 1,
      'exchange 400': 1,
      'original DELETE documents/{id} 401': 1,
      'silent 400': 1,
    });

    await stack.clearRecords();
    await button(page, 'Confirm it’s you').click();
    await page.getByText('authentication context c1').waitFor();
    await button(page, 'Approve').click();
    await page.getByText('The document is deleted now.').waitFor();
    await page.getByRole('heading', { name: 'Documents' }).waitFor();
    await page.getByText('The lighthouse party').waitFor();
    expect(await page.getByText('Field notes').count()).toBe(0);
    const counts = await countRequests(stack);
    expect(counts['page step-up']).toBe(1);
    expect(counts['downstream DELETE documents/{id} 204']).toBe(1);
    expect(counts['original DELETE documents/{id} 204']).toBe(1);
    await browser.checkLayout('step-up-deleted');
    expect(unexpectedErrors(browser, [400, 401])).toEqual([]);
  },
);

browserTest(
  'asks nothing when Entra issues a token for the authentication context',
  async ({ stack, browser }) => {
    const { page } = browser;
    await signIn(page, stack, 'alice');
    await openDocument(page, 'A garden');
    await stack.clearRecords();
    await button(page, 'Delete document').click();
    await button(page, 'Delete').click();
    await page.getByRole('heading', { name: 'Documents' }).waitFor();
    expect(await countRequests(stack)).toMatchObject({
      'exchange 200': 2,
      'downstream DELETE documents/{id} 401': 1,
      'downstream DELETE documents/{id} 204': 1,
      'original DELETE documents/{id} 204': 1,
    });
    expect(unexpectedErrors(browser, [])).toEqual([]);
  },
);

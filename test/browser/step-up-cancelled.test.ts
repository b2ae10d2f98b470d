import { expect } from '@jest/globals';
import { setUpBrowserTests } from './browser-test.ts';
import { countRequests } from './count-requests.ts';
import { unexpectedErrors } from './open-browser.ts';
import { button, textField } from './page-actions.ts';
import { saveUntilStepUp, stepUpDialog } from './save-until-step-up.ts';

const browserTest = setUpBrowserTests();

browserTest('keeps the text when the user closes the dialog', async (context) => {
  const { browser } = context;
  const { page } = browser;
  const typed = await saveUntilStepUp(context);
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(await textField(page).inputValue()).toBe(typed);
  await page.getByRole('alert').getByText('Your input is saved in this tab.').waitFor();

  await button(page, 'Confirm it’s you').click();
  await stepUpDialog(page).waitFor();
  expect(unexpectedErrors(browser, [400, 401])).toEqual([]);
});

browserTest('says that the user did not finish the check, and asks no more', async (context) => {
  const { stack, browser } = context;
  const { page } = browser;
  await saveUntilStepUp(context);
  await button(page, 'Confirm it’s you').click();
  await button(page, 'Cancel').click();
  await page.getByText('You did not finish the check, so this was not done.').first().waitFor();
  await page.getByRole('alert').getByText('Your input is saved in this tab.').waitFor();
  await browser.checkLayout('step-up-declined');
  expect(await page.getByRole('dialog').count()).toBe(0);
  const counts = await countRequests(stack);
  expect(counts['page step-up']).toBe(1);
  expect(unexpectedErrors(browser, [400, 401])).toEqual([]);
});

browserTest('saves the text of a user who did not finish the check', async (context) => {
  const { stack, browser } = context;
  const { page } = browser;
  const typed = await saveUntilStepUp(context);
  await button(page, 'Confirm it’s you').click();
  await button(page, 'Cancel').click();
  await page.getByText('You did not finish the check, so this was not done.').first().waitFor();
  await stack.resetPolicies();
  await button(page, 'Try again').click();
  await textField(page).waitFor();
  expect(await textField(page).inputValue()).toBe(typed);
  await page.getByText('Everything is saved.').waitFor();
  expect(unexpectedErrors(browser, [400, 401])).toEqual([]);
});

browserTest(
  'keeps the text, and saves nothing, when the user goes back from Entra',
  async (context) => {
    const { stack, browser } = context;
    const { page } = browser;
    const typed = await saveUntilStepUp(context);
    await button(page, 'Confirm it’s you').click();
    await button(page, 'Approve').waitFor();
    await stack.resetPolicies();
    await stack.clearRecords();
    await page.goBack();
    await page.getByText('Restored from your last visit').waitFor();
    expect(await textField(page).inputValue()).toBe(typed);
    const counts = await countRequests(stack);
    expect(counts['original PUT documents/{id} 200']).toBeUndefined();

    await button(page, 'Save').click();
    await page.getByText('Everything is saved.').waitFor();
    expect(unexpectedErrors(browser, [400, 401])).toEqual([]);
  },
);

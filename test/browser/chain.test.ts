import { expect } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import { type BrowserTestContext, setUpBrowserTests } from './browser-test.ts';
import { unexpectedErrors } from './open-browser.ts';
import { button, openView, signIn } from './page-actions.ts';

/** A serialized JSON Web Token: the start of its header, a period and the start of its claims. */
const tokenPattern = /eyJ[\w-]+\.eyJ/;

const browserTest = setUpBrowserTests();

const steps = (page: Page) => page.locator('.steps .step');
const caption = (page: Page) => page.locator('.caption');
/** The notice that policies are on. */
const policyNotice = (page: Page) =>
  page.getByRole('complementary', { name: 'Active emulator policies' });

/** Signs in and waits until the chain view shows the first request of the document list. */
async function openChain({ stack, browser: { page } }: BrowserTestContext): Promise<void> {
  await signIn(page, stack, 'alice');
  await openView(page, 'Chain');
  // The list also looks up the names of owners, so its request is not always the newest one.
  await page.locator('.call', { hasText: 'GET documents' }).last().click();
  await steps(page).getByText('Entra issues token B for Downstream API').waitFor();
}

/** Switches MFA on for Alice in the policies view. */
async function switchMfaOn(page: Page): Promise<void> {
  await openView(page, 'Policies');
  await page
    .getByRole('combobox', { name: 'Sign-in, consent and user policies apply to' })
    .selectOption('alice');
  await page.getByRole('switch', { name: 'Require MFA for Downstream' }).click();
  await policyNotice(page).getByText('1 emulator policy is active').waitFor();
}

async function bottomOf(element: Locator): Promise<number> {
  return element.evaluate((node) => node.getBoundingClientRect().bottom);
}

browserTest('shows the steps of a successful call', async (context) => {
  const { browser } = context;
  const { page } = browser;
  await openChain(context);
  await steps(page).getByText('Key Vault returns the client credential to Original API').waitFor();
  expect(await steps(page).last().textContent()).toContain('Original API returns 200');
  await browser.checkLayout('chain');
  expect(unexpectedErrors(browser, [])).toEqual([]);
});

browserTest('shows the picture and its caption on the first screen of a phone', async (context) => {
  const { page } = context.browser;
  await openChain(context);
  await page.setViewportSize({ width: 360, height: 740 });
  await page.evaluate(() => scrollTo(0, 0));
  const navigationTop = await page
    .locator('.navigation')
    .evaluate((element) => element.getBoundingClientRect().top);
  expect(await bottomOf(caption(page))).toBeLessThanOrEqual(navigationTop);
  expect(await bottomOf(page.locator('.chain-picture'))).toBeLessThanOrEqual(navigationTop);
});

browserTest('shows that token B comes from the cache', async (context) => {
  const { page } = context.browser;
  await openChain(context);
  await button(page, 'Make a call').click();
  await steps(page).getByText('Original API uses its cached token B').waitFor();
  const audiences = steps(page)
    .filter({ hasText: 'uses its cached token' })
    .locator('.chip', { hasText: /^aud / });
  expect(await audiences.count()).toBe(2);
});

browserTest('counts the policies that are on', async ({ stack, browser }) => {
  const { page } = browser;
  await signIn(page, stack, 'alice');
  await switchMfaOn(page);
  const mfa = page.getByRole('switch', { name: 'Require MFA for Downstream' });
  expect(await mfa.getAttribute('aria-checked')).toBe('true');
  await browser.checkLayout('policies');
  await page.getByRole('combobox', { name: 'Key Vault' }).selectOption('503:5');
  await policyNotice(page).getByText('2 emulator policies are active').waitFor();
  expect(unexpectedErrors(browser, [])).toEqual([]);
});

browserTest('shows where and why a call was refused', async (context) => {
  const { browser } = context;
  const { page } = browser;
  await openChain(context);
  await switchMfaOn(page);
  await openView(page, 'Profile');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await openView(page, 'Chain');
  const refusal = page.locator('.stop');
  await refusal.getByText('AADSTS50076').waitFor();
  await refusal.getByText('step_up_required').waitFor();
  await page.locator('.place-entra.place-stopped').waitFor();
  await steps(page)
    .getByText('Client App requests a new token A silently, but Entra requires the user to act')
    .waitFor();
  await browser.checkLayout('chain-refused');
  expect(await page.content()).not.toMatch(tokenPattern);

  await page.locator('.call', { hasText: 'GET documents' }).first().click();
  await refusal.waitFor({ state: 'detached' });
  expect(unexpectedErrors(browser, [400, 401])).toEqual([]);
});

browserTest('moves one step back', async (context) => {
  const { page } = context.browser;
  await openChain(context);
  await page.locator('.call', { hasText: 'GET documents' }).first().click();
  await button(page, 'Previous step').click();
  const currentStep = page.locator('.step[aria-current="step"]');
  expect(await currentStep.textContent()).toContain('Downstream API returns 200');
});

browserTest('pauses an animated call, and moves one step on', async (context) => {
  const { page } = context.browser;
  await openChain(context);
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  await button(page, 'Make a call').click();
  await caption(page)
    .getByText('Client App calls Original API with token A: GET journey')
    .waitFor();
  await button(page, 'Pause').click();
  await button(page, 'Play').waitFor();
  await button(page, 'Next step').click();
  await caption(page).getByText('Original API validates token A').waitFor();
});

browserTest('resets the policies while the sign-in service does not answer', async (context) => {
  const { stack, browser } = context;
  const { page } = browser;
  await signIn(page, stack, 'alice');
  await stack.policy('fault', 'token=hang');
  await stack.policy('fault', 'metadata=503');
  await page.goto(`${stack.urls.clientApp}/#/policies`);
  await page.reload();
  await button(page, 'Back to normal').first().waitFor();
  const tokenEndpoint = page.getByRole('combobox', { name: 'Token endpoint' });
  expect(await tokenEndpoint.inputValue()).toBe('hang');
  await page.getByRole('main').getByRole('button', { name: 'Back to normal' }).click();
  await page.getByText('Everything is back to normal.').waitFor();
  expect(await tokenEndpoint.inputValue()).toBe('off');
});

browserTest('resets a policy that keeps a user from signing in', async ({ stack, browser }) => {
  const { page } = browser;
  await stack.policy('fault', 'authorize=503');
  await page.goto(stack.urls.clientApp);
  const notice = page.getByText('1 emulator policy is active');
  await notice.waitFor();
  await button(page, 'Back to normal').click();
  await notice.waitFor({ state: 'detached' });
  await signIn(page, stack, 'bob');
});

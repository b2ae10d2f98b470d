import { afterAll, beforeAll, expect } from '@jest/globals';
import { needs } from '../support/needs.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { type OpenedBrowser, openBrowser } from './open-browser.ts';
import { button, signIn, unexpectedComplaints } from './sign-in.ts';

const browserTest = needs('chromium');
let stack: Stack;
let browser: OpenedBrowser;

beforeAll(async () => {
  stack = await startStack();
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await stack?.stop();
}, 60_000);

browserTest(
  'Alice turns switches in the panel and watches the chain: a call that passes, one that is refused, and what happens after her click',
  async () => {
    browser = await openBrowser();
    const { page, look } = browser;
    const place = (name: string) => page.getByRole('navigation').getByRole('link', { name });
    const steps = page.locator('.steps .step');
    const turned = page.getByRole('complementary', { name: 'Active emulator policies' });
    await browser.run(async () => {
      await signIn(page, stack, 'alice');
      await place('Chain').click();
      await page.locator('.call', { hasText: 'GET documents' }).first().waitFor();
      await steps.getByText('Entra issues token B for Downstream API').waitFor();
      await steps.getByText('Key Vault returns the client credential to Original API').waitFor();
      expect(await steps.last().textContent()).toContain('Original API returns 200');
      await look('chain');
      await page.setViewportSize({ width: 360, height: 740 });
      await page.evaluate(() => scrollTo(0, 0));
      const bottomOf = async (selector: string) =>
        page.locator(selector).evaluate((element) => element.getBoundingClientRect().bottom);
      const fold = await page
        .locator('.places')
        .evaluate((element) => element.getBoundingClientRect().top);
      expect(
        [await bottomOf('.caption'), await bottomOf('.chain-picture')].map(
          (bottom) => bottom <= fold,
        ),
      ).toEqual([true, true]);
      await page.setViewportSize({ width: 1280, height: 800 });
      await button(page, 'Make a call').click();
      await steps.getByText('Original API uses its cached token B').waitFor();
      const cached = steps
        .filter({ hasText: 'uses its cached token' })
        .locator('.chip', { hasText: /^aud / });
      expect(await cached.count()).toBe(2);

      await place('Policies').click();
      await page
        .getByRole('combobox', { name: 'Sign-in, consent and user policies apply to' })
        .selectOption('alice');
      await page.getByRole('switch', { name: 'Require MFA for Downstream' }).click();
      await turned.getByText('1 emulator policy is active').waitFor();
      expect(
        await page
          .getByRole('switch', { name: 'Require MFA for Downstream' })
          .getAttribute('aria-checked'),
      ).toBe('true');
      await look('policies');
      await page.getByRole('combobox', { name: 'Key Vault' }).selectOption('503:5');
      await turned.getByText('2 emulator policies are active').waitFor();

      await place('Profile').click();
      await turned.waitFor();
      await page.getByRole('dialog').waitFor();
      await page.keyboard.press('Escape');
      await place('Chain').click();
      await page.locator('.stop').getByText('AADSTS50076').waitFor();
      await page.locator('.stop').getByText('step_up_required').waitFor();
      await page.locator('.place-entra.place-stopped').waitFor();
      await steps
        .getByText('Client App requests a new token A silently, but Entra requires the user to act')
        .waitFor();
      await look('chain-refused');
      expect(await page.content()).not.toMatch(/eyJ[\w-]+\.eyJ/);

      await page.locator('.call', { hasText: 'GET documents' }).first().click();
      await page.locator('.stop').waitFor({ state: 'detached' });
      await button(page, 'Previous step').click();
      expect(await page.locator('.step[aria-current="step"]').textContent()).toContain(
        'Downstream API returns 200',
      );

      await page.emulateMedia({ reducedMotion: 'no-preference' });
      await turned.getByRole('button', { name: 'Back to normal' }).click();
      await turned.waitFor({ state: 'detached' });
      await button(page, 'Make a call').click();
      await page
        .locator('.caption')
        .getByText('Client App calls Original API with token A: GET journey')
        .waitFor();
      await button(page, 'Pause').click();
      await button(page, 'Play').waitFor();
      await button(page, 'Next step').click();
      await page.locator('.caption').getByText('Original API validates token A').waitFor();
    });
    expect(unexpectedComplaints(browser, [400, 401])).toEqual([]);
  },
  120_000,
);

browserTest(
  'the panel works while the sign-in service does not',
  async () => {
    const { page } = browser;
    await browser.run(async () => {
      await stack.policy('fault', 'token=hang');
      await stack.policy('fault', 'metadata=503');
      await page.goto(`${stack.urls.clientApp}/#/policies`);
      await page.reload();
      await button(page, 'Back to normal').first().waitFor();
      expect(await page.getByRole('combobox', { name: 'Token endpoint' }).inputValue()).toBe(
        'hang',
      );
      await page.getByRole('main').getByRole('button', { name: 'Back to normal' }).click();
      await page.getByText('Everything is back to normal.').waitFor();
      expect(await page.getByRole('combobox', { name: 'Token endpoint' }).inputValue()).toBe('off');
    });
  },
  60_000,
);

browserTest(
  'somebody who cannot even sign in sees why, and turns it back from the first page',
  async () => {
    const other = await browser.another();
    try {
      await stack.policy('fault', 'authorize=503');
      await other.page.goto(stack.urls.clientApp);
      await other.page.getByText('1 emulator policy is active').waitFor();
      await button(other.page, 'Back to normal').click();
      await other.page.getByText('1 emulator policy is active').waitFor({ state: 'detached' });
      await signIn(other.page, stack, 'bob');
    } finally {
      await other.close();
    }
  },
  60_000,
);

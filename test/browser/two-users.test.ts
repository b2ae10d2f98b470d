import { afterAll, beforeAll, expect } from '@jest/globals';
import { needs } from '../support/needs.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { type OpenedBrowser, openBrowser } from './open-browser.ts';
import { button, openDocument, signIn, unexpectedComplaints } from './sign-in.ts';

const browserTest = needs('chromium');
let stack: Stack;
let browsers: OpenedBrowser[] = [];

beforeAll(async () => {
  stack = await startStack();
}, 120_000);

afterAll(async () => {
  await Promise.all(browsers.map((browser) => browser.close()));
  await stack?.stop();
}, 60_000);

browserTest(
  'two users at once and two tabs of one: a refusal shows where it belongs, and only the tab that asked resumes',
  async () => {
    const [alice, bob] = [await openBrowser(), await openBrowser()];
    browsers = [alice, bob];
    const secondTab = await alice.page.context().newPage();
    const textOf = (page: typeof alice.page) => page.getByLabel('Text', { exact: true });
    await alice.run(async () => {
      await Promise.all([signIn(alice.page, stack, 'alice'), signIn(bob.page, stack, 'bob')]);
      // The session at Entra is the browser's, so the second tab needs a click on the button alone.
      await secondTab.goto(stack.urls.clientApp);
      await button(secondTab, 'Sign in').click();
      await secondTab.getByRole('heading', { name: 'Documents' }).waitFor();

      await Promise.all([
        openDocument(alice.page, 'The lighthouse party'),
        openDocument(bob.page, 'Sourdough log'),
        openDocument(secondTab, 'A garden'),
      ]);
      await textOf(alice.page).fill('Alice, first tab.');
      await textOf(secondTab).fill('Alice, second tab.');
      await textOf(bob.page).fill('Bob.');
      await stack.policy('mfa', 'on', 'alice');
      await stack.clearRecords();
      await Promise.all(
        [alice.page, secondTab, bob.page].map((page) => button(page, 'Save').click()),
      );

      await bob.page.getByText('Everything is saved.').waitFor();
      await Promise.all([alice.page, secondTab].map((page) => page.getByRole('dialog').waitFor()));
      expect(await bob.page.getByRole('dialog').count()).toBe(0);
      const refused = (await stack.records()).filter(({ facts }) => facts.aadsts === 50076);
      expect(new Set(refused.map(({ facts }) => facts.user))).toEqual(
        new Set(['a11ce000-0000-4000-8000-000000000001']),
      );

      await button(alice.page, 'Confirm it’s you').click();
      await button(alice.page, 'Approve').click();
      await alice.page.getByText('What you typed is saved now.').waitFor();
      expect(await textOf(alice.page).inputValue()).toBe('Alice, first tab.');
      expect(await secondTab.getByRole('dialog').count()).toBe(1);
      expect(await textOf(secondTab).inputValue()).toBe('Alice, second tab.');

      // Alice has proven herself in this browser by now, so the second tab comes back without a page of Entra's.
      await button(secondTab, 'Confirm it’s you').click();
      await secondTab.getByText('What you typed is saved now.').waitFor();
      expect(await textOf(secondTab).inputValue()).toBe('Alice, second tab.');

      await bob.page.getByRole('link', { name: 'Journey' }).click();
      await bob.page.getByRole('heading', { name: 'The checks of each API' }).waitFor();
      expect(await bob.page.getByRole('alert').count()).toBe(0);
    });
    expect(unexpectedComplaints(bob, [])).toEqual([]);
    expect(unexpectedComplaints(alice, [400, 401])).toEqual([]);
  },
  120_000,
);

import { afterAll, beforeAll, expect } from '@jest/globals';
import { needs } from '../support/needs.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { isNoteOf, type OpenedBrowser, openBrowser } from './open-browser.ts';

const alice = 'a11ce000-0000-4000-8000-000000000001';
const bob = 'b0b00000-0000-4000-8000-000000000002';
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

/** Bob's own program saves, while Alice is typing. */
async function saveAsBob(id: string, text: string): Promise<void> {
  const authorization = `Bearer ${await stack.token('bob')}`;
  const url = `${stack.urls.originalApi}/documents/${id}`;
  const read = await fetch(url, { headers: { authorization } });
  const { title } = (await read.json()) as { title: string };
  const saved = await fetch(url, {
    method: 'PUT',
    headers: {
      authorization,
      'content-type': 'application/json',
      'if-match': read.headers.get('etag') ?? '',
    },
    body: JSON.stringify({ title, text }),
  });
  expect(saved.status).toBe(200);
}

browserTest(
  'Alice signs in with one click, reads her journey, saves a document, meets a conflict, edits her profile and signs out',
  async () => {
    browser = await openBrowser();
    const { page, look, picture } = browser;
    const button = (name: string) => page.getByRole('button', { name, exact: true });
    const heading = (name: string) => page.getByRole('heading', { name });

    await browser.run(async () => {
      await page.goto(stack.urls.clientApp);
      await button('Sign in').waitFor();
      await look('signed-out');
      await button('Sign in').click();
      await page.locator('[data-user="alice"]').waitFor();
      await picture('sign-in');
      await page.locator('[data-user="alice"]').click();
      await page.getByText('The lighthouse party').waitFor();
      expect(new URL(page.url()).pathname).toBe('/');
      await look('documents');

      await page.getByRole('link', { name: 'Journey' }).click();
      await heading('The checks of each API').waitFor();
      const row = (claim: string) =>
        page.locator('.claim', { has: page.getByRole('heading', { name: claim, exact: true }) });
      for (const claim of ['aud', 'azp', 'azpacr', 'scp'])
        expect(await row(claim).textContent()).toContain('Changed');
      for (const claim of ['oid', 'tid'])
        expect(await row(claim).textContent()).toContain('Stayed');
      expect(await row('oid').textContent()).toContain(alice);
      expect(await page.getByRole('region', { name: 'Downstream API' }).textContent()).toContain(
        'app authenticated with a credential',
      );
      expect(await page.content()).not.toMatch(/eyJ[\w-]+\.eyJ/);
      await look('journey');

      await page.getByRole('link', { name: 'Documents' }).click();
      await page.getByRole('link', { name: 'New document' }).click();
      await page.getByLabel('Title').fill('Plan');
      await page.getByLabel('Text', { exact: true }).fill('one\ntwo');
      await page.getByText('Sharing').click();
      await page.getByLabel('May read and change').fill(bob);
      await page.reload();
      await page.getByText('Kept from before').waitFor();
      await button('Save').click();
      await heading('Plan').waitFor();
      await page.getByText('Everything is saved.').waitFor();
      await look('document');

      await page.getByLabel('Text', { exact: true }).fill('one\ntwo, mine');
      const id = decodeURIComponent(new URL(page.url()).hash.split('/').at(-1) ?? '');
      await saveAsBob(id, 'one\ntwo, theirs');
      await button('Save').click();
      await heading('Somebody saved a newer version.').waitFor();
      for (const text of ['two, mine', 'two, theirs']) await page.getByText(text).waitFor();
      await look('conflict');
      await button('Keep mine').click();
      await page.getByText('Everything is saved.').waitFor();

      await page.getByLabel('Text', { exact: true }).fill('one\ntwo, mine again');
      await saveAsBob(id, 'one\ntwo, theirs again');
      await button('Save').click();
      await button('Take theirs').click();
      expect(await page.getByLabel('Text', { exact: true }).inputValue()).toBe(
        'one\ntwo, theirs again',
      );

      await page.getByRole('link', { name: 'Profile' }).click();
      await page.getByLabel('Job title').fill('Architect of chains');
      await button('Save').click();
      await page.getByText('Everything is saved.').waitFor();
      await look('profile');
      await page.getByLabel('Object id').fill(bob);
      await button('Open').click();
      await page.getByRole('alert').getByText('You may not do this.').waitFor();

      await button('Sign out').click();
      await button('Sign in').waitFor();
      expect(
        await page.evaluate(() =>
          Object.keys(sessionStorage).filter((key) => /draft|accesstoken|refreshtoken/i.test(key)),
        ),
      ).toEqual([]);
    });
    const notes = [412, 412, 403].map((status) => browser.complaints.find(isNoteOf(status)));
    expect(notes).not.toContain(undefined);
    expect(
      browser.complaints.filter(
        (complaint) => !isNoteOf(412)(complaint) && !isNoteOf(403)(complaint),
      ),
    ).toEqual([]);
  },
  120_000,
);

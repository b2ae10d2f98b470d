import { expect, test } from '@jest/globals';
import { createWorld, draftKey } from './create-world.ts';

test('restores what the user typed after a reload', async () => {
  const { openPage } = createWorld();
  const firstPage = await openPage();
  firstPage.edit({ text: 'typed' });
  const secondPage = await openPage();
  expect(secondPage.value).toEqual({ text: 'typed' });
  expect(secondPage.changed).toBe(true);
  expect(secondPage.restored).toBe(true);
});

test('saves a restored draft', async () => {
  const { store, openPage } = createWorld();
  const firstPage = await openPage();
  firstPage.edit({ text: 'typed' });
  const secondPage = await openPage();
  await secondPage.save();
  expect(store.saves).toEqual(['typed']);
  expect(secondPage.changed).toBe(false);
  expect(secondPage.restored).toBe(false);
});

test('removes the draft when it is saved', async () => {
  const { drafts, openPage } = createWorld();
  const editor = await openPage();
  editor.edit({ text: 'typed' });
  await editor.save();
  expect(drafts.read(draftKey)).toBeUndefined();
});

test('removes the draft when the user restores the stored text', async () => {
  const { drafts, openPage } = createWorld();
  const editor = await openPage();
  editor.edit({ text: 'typed' });
  editor.edit({ text: 'first' });
  expect(editor.changed).toBe(false);
  expect(drafts.read(draftKey)).toBeUndefined();
});

test('starts a new resource with the blank value', async () => {
  const { store, openPage } = createWorld();
  store.change(undefined);
  const editor = await openPage({ blank: { text: '' } });
  expect(editor.value).toEqual({ text: '' });
  expect(editor.changed).toBe(false);
});

test('creates a new resource with the first save and changes it with the next', async () => {
  const { store, openPage } = createWorld();
  store.change(undefined);
  const editor = await openPage({ blank: { text: '' } });
  editor.edit({ text: 'new' });
  await editor.save();
  editor.edit({ text: 'newer' });
  await editor.save();
  expect(store.saves).toEqual(['new', 'newer']);
});

test('"Discard changes" shows the newest version', async () => {
  const { store, openPage } = createWorld();
  const firstPage = await openPage();
  firstPage.edit({ text: 'mine' });
  store.change('theirs');
  const secondPage = await openPage();
  secondPage.discard();
  expect(secondPage.value).toEqual({ text: 'theirs' });
});

test('saves on top of the newest version after "Discard changes"', async () => {
  const { store, openPage } = createWorld();
  const firstPage = await openPage();
  firstPage.edit({ text: 'mine' });
  store.change('theirs');
  const secondPage = await openPage();
  secondPage.discard();
  secondPage.edit({ text: 'mine again' });
  await secondPage.save();
  expect(secondPage.conflict).toBeUndefined();
  expect(store.saves).toEqual(['mine again']);
});

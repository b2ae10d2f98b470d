import { expect, test } from '@jest/globals';
import { createWorld, draftKey } from './create-world.ts';

/** An editor whose save met a newer version. */
async function createConflict(newText: string | undefined) {
  const world = createWorld();
  const editor = await world.openPage();
  editor.edit({ text: 'mine' });
  world.store.change(newText);
  await editor.save();
  return { ...world, editor };
}

test('does not overwrite a newer version', async () => {
  const { store, editor } = await createConflict('theirs');
  expect(store.saves).toEqual([]);
  expect(editor.conflict?.theirs).toEqual({ text: 'theirs' });
  expect(editor.value).toEqual({ text: 'mine' });
});

test('"Keep mine" overwrites the newer version', async () => {
  const { store, editor } = await createConflict('theirs');
  await editor.keepMine();
  expect(store.saves).toEqual(['mine']);
  expect(editor.conflict).toBeUndefined();
  expect(editor.stored).toEqual({ text: 'mine' });
});

test('"Keep mine" does not overwrite a version that the user has not seen', async () => {
  const { store, editor } = await createConflict('theirs');
  store.change('a third');
  await editor.keepMine();
  expect(store.saves).toEqual([]);
  expect(editor.conflict?.theirs).toEqual({ text: 'a third' });
});

test('"Take theirs" shows the newer version and removes the draft', async () => {
  const { drafts, editor } = await createConflict('theirs');
  editor.takeTheirs();
  expect(editor.value).toEqual({ text: 'theirs' });
  expect(editor.changed).toBe(false);
  expect(editor.etag).toBe('v2');
  expect(drafts.read(draftKey)).toBeUndefined();
});

test('detects a conflict with a version that was saved during a reload', async () => {
  const { store, openPage } = createWorld();
  const firstPage = await openPage();
  firstPage.edit({ text: 'mine' });
  store.change('theirs');
  const secondPage = await openPage();
  await secondPage.save();
  expect(store.saves).toEqual([]);
  expect(secondPage.conflict?.theirs).toEqual({ text: 'theirs' });
});

test('shows a conflict with a resource that was deleted', async () => {
  const { editor } = await createConflict(undefined);
  expect(editor.conflict).toEqual({ theirs: undefined });
});

test('"Keep mine" creates a resource that was deleted', async () => {
  const { store, editor } = await createConflict(undefined);
  await editor.keepMine();
  expect(store.saves).toEqual(['mine']);
  expect(editor.conflict).toBeUndefined();
});

test('detects that an earlier save succeeded although its response was lost', async () => {
  const { store, openPage } = createWorld();
  const editor = await openPage({ losesResponse: true });
  editor.edit({ text: 'mine' });
  await editor.save();
  expect(editor.actions.failure?.problem.code).toBe('timeout');
  await editor.actions.failure?.retry();
  expect(store.saves).toEqual(['mine']);
  expect(editor.conflict).toBeUndefined();
  expect(editor.changed).toBe(false);
});

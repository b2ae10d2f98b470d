import { expect, test } from '@jest/globals';
import type { ApiResult } from '../../../../client-app/api.ts';
import { ProblemError } from '../../../../client-app/auth/problem.ts';
import type { Code } from '../../../../client-app/auth/problem-words.ts';
import { createDrafts } from '../../../../client-app/editing/drafts.ts';
import { createEditor } from '../../../../client-app/editing/editor.ts';
import type { ViewContext } from '../../../../client-app/ui/view.ts';
import { createSessionStorage } from './session-storage.ts';

interface Note {
  readonly text: string;
}

const draftKey = 'notes/1';

function createError(code: Code, status: number): ProblemError {
  return new ProblemError({ code, status, correlationId: '' });
}

/** A stored note with versions `v1`, `v2`, … */
function createStore() {
  const saves: string[] = [];
  let stored: Note | undefined = { text: 'first' };
  let version = 1;
  const store = {
    /** The texts that editors have saved. */
    saves,
    /** Another user saves the note, or deletes it with `undefined`. */
    change(text: string | undefined) {
      stored = text === undefined ? undefined : { text };
      version += 1;
    },
    read(): ApiResult<Note> {
      if (!stored) throw createError('not_found', 404);
      return { value: stored, etag: `v${version}` };
    },
    write(value: Note, basedOn: string): ApiResult<Note> {
      const currentVersion = stored ? `v${version}` : 'none';
      if (basedOn !== currentVersion) throw createError('conflict', 412);
      saves.push(value.text);
      store.change(value.text);
      return store.read();
    },
  };
  return store;
}

interface PageOptions {
  readonly blank?: Note;
  /** The note is saved, but the response does not arrive. */
  readonly losesResponse?: boolean;
}

/** A store, and pages that edit its note. The drafts outlive a page. */
function createWorld() {
  const store = createStore();
  const drafts = createDrafts(createSessionStorage(), 'alice');
  const context = { drafts, refresh() {}, announce() {} } as unknown as ViewContext;

  async function openPage({ blank, losesResponse = false }: PageOptions = {}) {
    const editor = createEditor<Note, Note>({
      context,
      draftKey,
      ...(blank && { blank }),
      read: async () => store.read(),
      async write(value, basedOn) {
        const result = store.write(value, basedOn);
        if (losesResponse) throw createError('timeout', 504);
        return result;
      },
      toValue: ({ text }) => ({ text }),
    });
    await editor.load();
    return editor;
  }

  return { store, drafts, openPage };
}

/** An editor whose save met a newer version. */
async function createConflict(newText: string | undefined) {
  const world = createWorld();
  const editor = await world.openPage();
  editor.edit({ text: 'mine' });
  world.store.change(newText);
  await editor.save();
  return { ...world, editor };
}

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

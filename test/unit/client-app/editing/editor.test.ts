import { expect, test } from '@jest/globals';
import type { ApiAnswer } from '../../../../client-app/api.ts';
import { createDrafts } from '../../../../client-app/editing/drafts.ts';
import { createEditing } from '../../../../client-app/editing/editing.ts';
import { Refusal } from '../../../../client-app/auth/problem.ts';
import type { ViewContext } from '../../../../client-app/ui/view.ts';

interface Note {
  readonly text: string;
}

/** A store with versions, and drafts that outlive an editor as session storage outlives a page. */
function createWorld() {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
    key: (index: number) => [...kept.keys()][index] ?? null,
    get length() {
      return kept.size;
    },
  };
  let stored: Note | undefined = { text: 'first' };
  let version = 1;
  const answer = (): ApiAnswer<Note> => {
    if (!stored) throw new Refusal({ code: 'not_found', status: 404, correlationId: '' });
    return { value: stored, etag: `v${version}` };
  };
  const saves: string[] = [];
  const context = {
    drafts: createDrafts(storage, 'alice'),
    refresh() {},
    announce() {},
  } as unknown as ViewContext;
  return {
    saves,
    drafts: context.drafts,
    /** Somebody else saves, or deletes. */
    change(text: string | undefined) {
      stored = text === undefined ? undefined : { text };
      version += 1;
    },
    async open(options: { blank?: Note; loseAnswer?: boolean } = {}) {
      const editing = createEditing<Note, Note>({
        context,
        thing: 'notes/1',
        ...(options.blank && { blank: options.blank }),
        read: async () => answer(),
        async write(value, basedOn) {
          const found = stored ? `v${version}` : 'none';
          if (basedOn !== found)
            throw new Refusal({ code: 'conflict', status: 412, correlationId: '' });
          saves.push(value.text);
          stored = value;
          version += 1;
          if (options.loseAnswer)
            throw new Refusal({ code: 'timeout', status: 504, correlationId: '' });
          return answer();
        },
        editable: ({ text }) => ({ text }),
      });
      await editing.load();
      return editing;
    },
  };
}

test('what was typed survives a reload, until it is saved', async () => {
  const world = createWorld();
  (await world.open()).edit({ text: 'typed' });
  const again = await world.open();
  expect([again.value, again.changed, again.restored]).toEqual([{ text: 'typed' }, true, true]);
  await again.save();
  expect([again.changed, again.restored, world.drafts.read('notes/1')]).toEqual([
    false,
    false,
    undefined,
  ]);
  expect(world.saves).toEqual(['typed']);
});

test('typing back what is stored leaves no draft', async () => {
  const world = createWorld();
  const editing = await world.open();
  editing.edit({ text: 'typed' });
  editing.edit({ text: 'first' });
  expect([editing.changed, world.drafts.read('notes/1')]).toEqual([false, undefined]);
});

test('a newer version is never overwritten unseen; "keep mine" then saves on top of it', async () => {
  const world = createWorld();
  const editing = await world.open();
  editing.edit({ text: 'mine' });
  world.change('theirs');
  await editing.save();
  expect([editing.conflict?.theirs, editing.value, world.saves]).toEqual([
    { text: 'theirs' },
    { text: 'mine' },
    [],
  ]);
  await editing.keepMine();
  expect([editing.conflict, editing.stored, world.saves]).toEqual([
    undefined,
    { text: 'mine' },
    ['mine'],
  ]);
});

test('a third version while choosing is a conflict again', async () => {
  const world = createWorld();
  const editing = await world.open();
  editing.edit({ text: 'mine' });
  world.change('theirs');
  await editing.save();
  world.change('a third');
  await editing.keepMine();
  expect([editing.conflict?.theirs, world.saves]).toEqual([{ text: 'a third' }, []]);
});

test('"take theirs" shows the newer version and forgets the draft', async () => {
  const world = createWorld();
  const editing = await world.open();
  editing.edit({ text: 'mine' });
  world.change('theirs');
  await editing.save();
  editing.takeTheirs();
  expect([editing.value, editing.changed, editing.seen, world.drafts.read('notes/1')]).toEqual([
    { text: 'theirs' },
    false,
    'v2',
    undefined,
  ]);
});

test('a draft keeps the version it started from, so a change during a reload is met as a conflict', async () => {
  const world = createWorld();
  (await world.open()).edit({ text: 'mine' });
  world.change('theirs');
  const again = await world.open();
  await again.save();
  expect([again.conflict?.theirs, world.saves]).toEqual([{ text: 'theirs' }, []]);
});

test('what somebody deleted meanwhile can be saved as new', async () => {
  const world = createWorld();
  const editing = await world.open();
  editing.edit({ text: 'mine' });
  world.change(undefined);
  await editing.save();
  expect(editing.conflict).toMatchObject({ theirs: undefined });
  await editing.keepMine();
  expect([editing.conflict, world.saves]).toEqual([undefined, ['mine']]);
});

test('a save whose answer got lost is found done, not met as a conflict', async () => {
  const world = createWorld();
  const editing = await world.open({ loseAnswer: true });
  editing.edit({ text: 'mine' });
  await editing.save();
  expect(editing.attempts.failure?.problem.code).toBe('timeout');
  await editing.attempts.failure?.again();
  expect([editing.conflict, editing.changed, world.saves]).toEqual([undefined, false, ['mine']]);
});

test('a new thing begins blank, exists after the first save, and is edited from there', async () => {
  const world = createWorld();
  world.change(undefined);
  const editing = await world.open({ blank: { text: '' } });
  expect([editing.value, editing.changed]).toEqual([{ text: '' }, false]);
  editing.edit({ text: 'new' });
  await editing.save();
  editing.edit({ text: 'newer' });
  await editing.save();
  expect(world.saves).toEqual(['new', 'newer']);
});

test('"discard" goes back to what is stored, on its newest version', async () => {
  const world = createWorld();
  (await world.open()).edit({ text: 'mine' });
  world.change('theirs');
  const again = await world.open();
  again.discard();
  expect(again.value).toEqual({ text: 'theirs' });
  again.edit({ text: 'mine again' });
  await again.save();
  expect([again.conflict, world.saves]).toEqual([undefined, ['mine again']]);
});

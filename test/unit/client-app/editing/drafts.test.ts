import { expect, test } from '@jest/globals';
import { createDrafts } from '../../../../client-app/editing/drafts.ts';

/** The browser's storage as far as drafts use it. */
function createStorage(quota = Number.POSITIVE_INFINITY) {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => {
      if (value.length > quota) throw new DOMException('full', 'QuotaExceededError');
      kept.set(key, value);
    },
    removeItem: (key: string) => void kept.delete(key),
    key: (index: number) => [...kept.keys()][index] ?? null,
    get length() {
      return kept.size;
    },
  };
}

test('a draft is there again after a reload, with the version it started from', () => {
  const storage = createStorage();
  createDrafts(storage, 'alice').write('documents/1', { value: { title: 'T' }, basedOn: 'W/"1"' });
  expect(createDrafts(storage, 'alice').read('documents/1')).toEqual({
    value: { title: 'T' },
    basedOn: 'W/"1"',
  });
});

test('nobody sees the draft of somebody else at the same tab, even with a name that begins alike', () => {
  const storage = createStorage();
  createDrafts(storage, 'alice').write('documents/1', { value: 'secret', basedOn: 'none' });
  for (const other of ['bob', 'ali', 'alice/documents', ''])
    expect(createDrafts(storage, other).read('documents/1')).toBeUndefined();
});

test('signing out forgets all drafts of the person and nothing else', () => {
  const storage = createStorage();
  storage.setItem('msal.token', 'x');
  const alice = createDrafts(storage, 'alice');
  for (const thing of ['documents/1', 'documents/2', 'profiles/me'])
    alice.write(thing, { value: 'x', basedOn: 'none' });
  createDrafts(storage, 'bob').write('documents/1', { value: 'y', basedOn: 'none' });
  alice.clear();
  expect(alice.read('documents/1')).toBeUndefined();
  expect(createDrafts(storage, 'bob').read('documents/1')).toEqual({ value: 'y', basedOn: 'none' });
  expect(storage.length).toBe(2);
});

test('a dropped, damaged or foreign entry is no draft', () => {
  const storage = createStorage();
  const drafts = createDrafts(storage, 'alice');
  drafts.write('documents/1', { value: 'x', basedOn: 'none' });
  drafts.drop('documents/1');
  expect(drafts.read('documents/1')).toBeUndefined();
  for (const text of ['', '{', 'null', '5', '{}', '{"value":"x"}', '{"basedOn":"none"}']) {
    storage.setItem('draft/alice/documents/1', text);
    expect(drafts.read('documents/1')).toBeUndefined();
  }
});

test('a full storage is no error: the text is still on the screen', () => {
  const drafts = createDrafts(createStorage(10), 'alice');
  expect(() => drafts.write('documents/1', { value: 'long text', basedOn: 'none' })).not.toThrow();
});

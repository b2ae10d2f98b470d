import { expect, test } from '@jest/globals';
import { createDrafts } from '../../../../client-app/editing/drafts.ts';
import { createSessionStorage } from './session-storage.ts';

test('returns a draft and its version after a reload', () => {
  const storage = createSessionStorage();
  const draft = { value: { title: 'T' }, basedOn: 'W/"1"' };
  createDrafts(storage, 'alice').write('documents/1', draft);
  expect(createDrafts(storage, 'alice').read('documents/1')).toEqual(draft);
});

test.each([{ person: 'bob' }, { person: 'ali' }, { person: 'alice/documents' }, { person: '' }])(
  'does not return the draft of "alice" to "$person"',
  ({ person }) => {
    const storage = createSessionStorage();
    createDrafts(storage, 'alice').write('documents/1', { value: 'secret', basedOn: 'none' });
    expect(createDrafts(storage, person).read('documents/1')).toBeUndefined();
  },
);

test('removes all drafts of a user', () => {
  const drafts = createDrafts(createSessionStorage(), 'alice');
  const keys = ['documents/1', 'documents/2', 'profiles/me'];
  for (const key of keys) drafts.write(key, { value: 'x', basedOn: 'none' });
  drafts.clear();
  for (const key of keys) expect(drafts.read(key)).toBeUndefined();
});

test('keeps everything else in the storage when it removes all drafts of a user', () => {
  const storage = createSessionStorage();
  storage.setItem('msal.token', 'x');
  const bobsDrafts = createDrafts(storage, 'bob');
  bobsDrafts.write('documents/1', { value: 'y', basedOn: 'none' });
  const alicesDrafts = createDrafts(storage, 'alice');
  alicesDrafts.write('documents/1', { value: 'x', basedOn: 'none' });
  alicesDrafts.clear();
  expect(bobsDrafts.read('documents/1')).toEqual({ value: 'y', basedOn: 'none' });
  expect(storage.getItem('msal.token')).toBe('x');
  expect(storage.length).toBe(2);
});

test('removes a draft', () => {
  const drafts = createDrafts(createSessionStorage(), 'alice');
  drafts.write('documents/1', { value: 'x', basedOn: 'none' });
  drafts.remove('documents/1');
  expect(drafts.read('documents/1')).toBeUndefined();
});

test.each([
  { entry: '' },
  { entry: '{' },
  { entry: 'null' },
  { entry: '5' },
  { entry: '{}' },
  { entry: '{"value":"x"}' },
  { entry: '{"basedOn":"none"}' },
])('ignores the invalid entry "$entry"', ({ entry }) => {
  const storage = createSessionStorage();
  storage.setItem('draft/alice/documents/1', entry);
  expect(createDrafts(storage, 'alice').read('documents/1')).toBeUndefined();
});

test('does not throw when the storage is full', () => {
  const drafts = createDrafts(createSessionStorage(10), 'alice');
  expect(() => drafts.write('documents/1', { value: 'long text', basedOn: 'none' })).not.toThrow();
});

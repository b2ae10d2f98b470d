import { expect, test } from '@jest/globals';
import {
  createPendingActions,
  type PendingAction,
} from '../../../../shared/browser/pending-action.ts';

const pending: PendingAction = {
  page: '#/documents/1',
  action: 'delete',
  code: 'step_up_required',
  input: { text: 'T', lines: [1, 2] },
};

/** The session storage of a tab. */
function createStorage() {
  const items = new Map<string, string>();
  return {
    items,
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  };
}

test('returns a pending action once', () => {
  const actions = createPendingActions(createStorage(), 'alice');
  actions.save(pending);
  expect(actions.take()).toEqual(pending);
  expect(actions.take()).toBeUndefined();
});

test('does not return the pending action of another user', () => {
  const storage = createStorage();
  createPendingActions(storage, 'alice').save(pending);
  expect(createPendingActions(storage, 'bob').take()).toBeUndefined();
});

test('keeps the owner of an action that has a member user', () => {
  const storage = createStorage();
  createPendingActions(storage, 'alice').save(Object.assign({ user: 'bob' }, pending));
  expect(createPendingActions(storage, 'bob').take()).toBeUndefined();
});

test('removes the pending action when another user signs in', () => {
  const storage = createStorage();
  createPendingActions(storage, 'alice').save(pending);
  createPendingActions(storage, 'bob').take();
  expect(createPendingActions(storage, 'alice').take()).toBeUndefined();
});

test.each([
  { stored: '' },
  { stored: '{' },
  { stored: 'null' },
  { stored: '[]' },
  { stored: '"text"' },
  { stored: '{"user":"alice"}' },
  { stored: JSON.stringify({ user: 'alice', ...pending, code: 'made_up' }) },
  { stored: JSON.stringify({ user: 'alice', ...pending, page: undefined }) },
  { stored: JSON.stringify({ user: 'alice', ...pending, action: 1 }) },
  { stored: JSON.stringify({ ...pending }) },
])('ignores the invalid entry $stored', ({ stored }) => {
  const storage = createStorage();
  const actions = createPendingActions(storage, 'alice');
  actions.save(pending);
  for (const key of storage.items.keys()) storage.items.set(key, stored);
  expect(actions.take()).toBeUndefined();
});

test('replaces the pending action', () => {
  const actions = createPendingActions(createStorage(), 'alice');
  actions.save(pending);
  actions.save({ ...pending, action: 'save' });
  expect(actions.take()?.action).toBe('save');
});

test('throws when the storage is full', () => {
  const storage = createStorage();
  storage.setItem = () => {
    throw new DOMException('full', 'QuotaExceededError');
  };
  expect(() => createPendingActions(storage, 'alice').save(pending)).toThrow('full');
});

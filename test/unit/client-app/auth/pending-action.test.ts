import { expect, test } from '@jest/globals';
import {
  createPendingActions,
  describeReturn,
  type PendingAction,
} from '../../../../client-app/auth/pending-action.ts';
import type { Problem } from '../../../../client-app/auth/problem.ts';

const pending: PendingAction = {
  hash: '#/documents/1',
  action: 'delete',
  code: 'step_up_required',
  basedOn: 'W/"1"',
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

function createProblem(code: Problem['code'], declined = false): Problem {
  return { code, status: 0, correlationId: 'c', declined };
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
  { stored: '{"person":"alice"}' },
  { stored: JSON.stringify({ person: 'alice', ...pending, code: 'made_up' }) },
])('ignores the invalid entry $stored', ({ stored }) => {
  const storage = createStorage();
  const actions = createPendingActions(storage, 'alice');
  actions.save(pending);
  for (const key of storage.items.keys()) storage.items.set(key, stored);
  expect(actions.take()).toBeUndefined();
});

test('has no problem when Entra issued a token', () => {
  expect(describeReturn(pending, undefined)).toEqual(pending);
});

test('keeps the code of the action when the user declined', () => {
  const { problem } = describeReturn(pending, createProblem('sign_in_again', true));
  expect(problem?.code).toBe('step_up_required');
});

test('has the code of Entra when an administrator has to consent', () => {
  const { problem } = describeReturn(pending, createProblem('admin_consent_required', true));
  expect(problem?.code).toBe('admin_consent_required');
});

test('has the code of Entra when Entra refused', () => {
  const { problem } = describeReturn(pending, createProblem('blocked'));
  expect(problem?.code).toBe('blocked');
});

import { ServerError } from '@azure/msal-browser';
import { expect, test } from '@jest/globals';
import {
  type EntraVisit,
  leaveForEntra,
  readEntraVisit,
  takeReturnedAction,
} from '../../../../shared/browser/entra-visit.ts';
import type { PendingAction } from '../../../../shared/browser/pending-action.ts';
import type { Problem } from '../../../../shared/browser/problem.ts';

const page = '/orders/1';
const pending: PendingAction = { page, action: 'save', code: 'step_up_required', input: 'typed' };
const success: EntraVisit = { returned: true, failure: undefined };

/** A storage that has one pending action. */
function createStorage() {
  const stored: PendingAction[] = [pending];
  return {
    stored,
    save: (replacement: PendingAction) => void stored.splice(0, 1, replacement),
    take: () => stored.pop(),
  };
}

const problem: Problem = { code: 'consent_required', status: 403, correlationId: 'c' };

function createFailure(code: Problem['code'], declined = false): EntraVisit {
  return { returned: true, failure: { code, status: 0, correlationId: 'c', declined } };
}

test('returns the action with its input after Entra issued a token', () => {
  expect(takeReturnedAction(createStorage(), success, page)).toEqual(pending);
});

test('returns the action once', () => {
  const storage = createStorage();
  takeReturnedAction(storage, success, page);
  expect(takeReturnedAction(storage, success, page)).toBeUndefined();
});

test.each([
  { name: 'the user does not come from Entra', visit: { ...success, returned: false }, open: page },
  { name: 'another page is open', visit: success, open: '/orders/2' },
])('drops the action when $name', ({ visit, open }) => {
  const storage = createStorage();
  expect(takeReturnedAction(storage, visit, open)).toBeUndefined();
  expect(storage.stored).toEqual([]);
});

test.each<{ name: string; visit: EntraVisit; code: Problem['code'] }>([
  {
    name: 'of the action when the user declined',
    visit: createFailure('sign_in_again', true),
    code: 'step_up_required',
  },
  {
    name: 'of Entra when an administrator has to consent',
    visit: createFailure('admin_consent_required', true),
    code: 'admin_consent_required',
  },
  { name: 'of Entra when Entra refused', visit: createFailure('blocked'), code: 'blocked' },
])('has the code $name', ({ visit, code }) => {
  expect(takeReturnedAction(createStorage(), visit, page)?.problem?.code).toBe(code);
});

test.each([
  { result: {}, returned: true },
  { result: null, returned: false },
])(
  'reads the result $result of a redirect as returned: $returned',
  async ({ result, returned }) => {
    expect(await readEntraVisit(Promise.resolve(result))).toEqual({ returned, failure: undefined });
  },
);

test('reads an error of the redirect as a failure', async () => {
  const error = new ServerError('access_denied', 'c', 'text', undefined, '65004');
  expect(await readEntraVisit(Promise.reject(error))).toEqual({
    returned: true,
    failure: { code: 'consent_required', status: 0, correlationId: 'c', declined: true },
  });
});

test('stores the action before it leaves for Entra', async () => {
  const storage = createStorage();
  const saved = { ...pending, action: 'delete' };
  const storedOnLeaving: (readonly PendingAction[])[] = [];
  const interact = async () => void storedOnLeaving.push([...storage.stored]);
  await leaveForEntra(problem, saved, storage, { interact });
  expect(storedOnLeaving).toEqual([[saved]]);
});

test('does not leave for Entra when the action cannot be stored', async () => {
  const full = new DOMException('full', 'QuotaExceededError');
  const visits: Problem[] = [];
  const interact = async (reason: Problem) => void visits.push(reason);
  const storage = {
    ...createStorage(),
    save() {
      throw full;
    },
  };
  await expect(leaveForEntra(problem, pending, storage, { interact })).rejects.toBe(full);
  expect(visits).toEqual([]);
});

test('drops the action when the page cannot be left', async () => {
  const storage = createStorage();
  const offline = new Error('offline');
  const interact = () => Promise.reject(offline);
  await expect(leaveForEntra(problem, pending, storage, { interact })).rejects.toBe(offline);
  expect(storage.stored).toEqual([]);
});

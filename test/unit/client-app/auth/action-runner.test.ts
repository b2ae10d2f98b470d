import { expect, test } from '@jest/globals';
import type { ReturnedAction } from '../../../../client-app/auth/pending-action.ts';
import type { Problem } from '../../../../client-app/auth/problem.ts';
import { createError, createRunner, createWork } from './create-runner.ts';

function createReturned(action: string, problem?: Problem): ReturnedAction {
  return { hash: '', action, code: 'consent_required', ...(problem && { problem }) };
}

const declinedConsent: Problem = {
  code: 'consent_required',
  status: 0,
  correlationId: 'c',
  declined: true,
};

test('runs one action at a time', async () => {
  const { actions } = createRunner();
  const { promise, resolve: finish } = Promise.withResolvers<void>();
  const ignored = createWork('unexpected');
  const first = actions.run('save', () => promise);
  await actions.run('load', ignored.run);
  expect(actions.busy).toBe('save');
  expect(ignored.runs).toBe(0);
  finish();
  await first;
  expect(actions.busy).toBeUndefined();
});

test('keeps the failure until the action succeeds', async () => {
  const { actions } = createRunner();
  await actions.run('load', createWork('bad_gateway', 1).run);
  expect(actions.failure).toMatchObject({
    name: 'load',
    problem: { code: 'bad_gateway' },
    dialogOpen: false,
    secondsToRetry: undefined,
  });
  await actions.failure?.retry();
  expect(actions.failure).toBeUndefined();
});

test('shows no failure for a problem that the view handles', async () => {
  const { actions } = createRunner();
  await actions.run('save', createWork('conflict').run, {
    handle: ({ code }) => code === 'conflict',
  });
  expect(actions.failure).toBeUndefined();
});

test('shows the problem that occurs while the view handles another one', async () => {
  const { actions } = createRunner();
  await actions.run('save', createWork('conflict').run, {
    handle() {
      throw createError('bad_gateway');
    },
  });
  expect(actions.failure?.problem.code).toBe('bad_gateway');
});

test('draws the view when an action starts and when it ends', async () => {
  const { actions, app } = createRunner();
  await actions.run('load', async () => {});
  expect(app.draws).toBe(2);
});

test('opens a dialog before it leaves for Entra', async () => {
  const { actions, interactions } = createRunner();
  await actions.run('delete', createWork('step_up_required').run);
  expect(actions.failure?.dialogOpen).toBe(true);
  expect(interactions).toEqual([]);
});

test('closes the dialog', async () => {
  const { actions } = createRunner();
  await actions.run('delete', createWork('step_up_required').run);
  actions.failure?.showDialog(false);
  expect(actions.failure?.dialogOpen).toBe(false);
});

test('leaves for Entra with the name and the version of the action', async () => {
  const { actions, interactions } = createRunner();
  await actions.run('delete', createWork('step_up_required').run, { basedOn: 'W/"1"' });
  await actions.failure?.interact();
  expect(interactions).toEqual([
    { problem: 'step_up_required', action: 'delete', code: 'step_up_required', basedOn: 'W/"1"' },
  ]);
});

test('opens no dialog when the problem is the same after a visit to Entra', async () => {
  const { actions } = createRunner();
  const work = createWork('step_up_required');
  await actions.run('save', work.run, { returned: createReturned('save') });
  expect(work.runs).toBe(1);
  expect(actions.failure?.afterInteraction).toBe(true);
  expect(actions.failure?.dialogOpen).toBe(false);
});

test('opens the dialog again when the user starts the action again', async () => {
  const { actions } = createRunner();
  await actions.run('save', createWork('step_up_required').run, {
    returned: createReturned('save'),
  });
  await actions.failure?.retry();
  expect(actions.failure?.afterInteraction).toBe(false);
  expect(actions.failure?.dialogOpen).toBe(true);
});

test('does not run the action that the user declined at Entra', async () => {
  const { actions } = createRunner();
  const work = createWork('consent_required');
  await actions.run('save', work.run, { returned: createReturned('save', declinedConsent) });
  expect(work.runs).toBe(0);
  expect(actions.failure?.problem).toEqual(declinedConsent);
});

test('explains the same problem of another action with what the user declined', async () => {
  const { actions } = createRunner();
  const work = createWork('consent_required');
  await actions.run('load', work.run, { returned: createReturned('save', declinedConsent) });
  expect(work.runs).toBe(1);
  expect(actions.failure?.problem).toEqual(declinedConsent);
});

test('waits for a new consent to become effective', async () => {
  const { actions, sleeps } = createRunner();
  const work = createWork('consent_required', 2);
  await actions.run('save', work.run, { returned: createReturned('save') });
  expect(actions.failure).toBeUndefined();
  expect(sleeps).toEqual([500, 1_000]);
});

test('waits at most 3.5 seconds for a new consent to become effective', async () => {
  const { actions, sleeps } = createRunner();
  const work = createWork('consent_required');
  await actions.run('save', work.run, { returned: createReturned('save') });
  expect(work.runs).toBe(4);
  expect(sleeps).toEqual([500, 1_000, 2_000]);
  expect(actions.failure?.dialogOpen).toBe(false);
});

test('shows why the page could not be left for Entra', async () => {
  const { actions, app } = createRunner();
  await actions.run('load', createWork('sign_in_again').run);
  app.leavePage = async () => {
    throw createError('blocked');
  };
  await actions.failure?.interact();
  expect(actions.failure?.problem.code).toBe('blocked');
  expect(actions.failure?.dialogOpen).toBe(false);
});

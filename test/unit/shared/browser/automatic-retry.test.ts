import { expect, test } from '@jest/globals';
import { createError, createRunner, createWork } from './create-runner.ts';

test('retries an outage automatically when the countdown ends', async () => {
  const { actions, passSeconds } = createRunner();
  const work = createWork('unavailable', 1);
  await actions.run('save', work.run);
  expect(actions.failure?.secondsToRetry).toBe(5);
  await passSeconds(4);
  expect(work.runs).toBe(1);
  expect(actions.failure?.secondsToRetry).toBe(1);
  await passSeconds(1);
  expect(work.runs).toBe(2);
  expect(actions.failure).toBeUndefined();
});

test('stops the countdown when a retry succeeds', async () => {
  const { actions, passSeconds } = createRunner();
  const work = createWork('unavailable', 1);
  await actions.run('save', work.run);
  await passSeconds(65);
  expect(work.runs).toBe(2);
});

test('waits as long as Retry-After says', async () => {
  const { actions } = createRunner();
  await actions.run('save', createWork('unavailable', 1, { retryAfter: 7 }).run);
  expect(actions.failure?.secondsToRetry).toBe(7);
});

test('doubles the wait after each automatic retry', async () => {
  const { actions, passSeconds } = createRunner();
  await actions.run('save', createWork('unavailable').run);
  await passSeconds(5);
  expect(actions.failure?.secondsToRetry).toBe(10);
});

test('doubles the wait after each retry of the user', async () => {
  const { actions } = createRunner();
  await actions.run('save', createWork('unavailable').run);
  await actions.failure?.retry();
  expect(actions.failure?.secondsToRetry).toBe(10);
  await actions.failure?.retry();
  expect(actions.failure?.secondsToRetry).toBe(20);
});

test('stops the countdown when the user cancels the retry', async () => {
  const { actions, passSeconds } = createRunner();
  const work = createWork('timeout');
  await actions.run('load', work.run);
  actions.failure?.cancelRetry();
  await passSeconds(30);
  expect(work.runs).toBe(1);
  expect(actions.failure?.secondsToRetry).toBeUndefined();
  expect(actions.failure?.problem.code).toBe('timeout');
});

test('stops the countdown when the view closes', async () => {
  const { actions, passSeconds } = createRunner();
  const work = createWork('timeout');
  await actions.run('load', work.run);
  actions.close();
  await passSeconds(30);
  expect(work.runs).toBe(1);
  expect(actions.failure?.secondsToRetry).toBeUndefined();
  expect(actions.failure?.problem.code).toBe('timeout');
});

test('starts no countdown when the view closed while the action ran', async () => {
  const { actions, passSeconds } = createRunner();
  const { promise, reject: fail } = Promise.withResolvers<void>();
  const work = { runs: 0 };
  const running = actions.run('load', () => {
    work.runs += 1;
    return promise;
  });
  actions.close();
  fail(createError('unavailable'));
  await running;
  await passSeconds(60);
  expect(work.runs).toBe(1);
  expect(actions.failure?.secondsToRetry).toBeUndefined();
});

test('retries automatically again in a run after the view was closed', async () => {
  const { actions, passSeconds } = createRunner();
  const work = createWork('unavailable', 1);
  actions.close();
  await actions.run('load', work.run);
  await passSeconds(5);
  expect(work.runs).toBe(2);
});

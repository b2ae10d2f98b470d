import { expect, test } from '@jest/globals';
import { createTeardown } from '../../../local/teardown.ts';

const ignore = () => {};

test('closes in reverse order and reports what fails to close', async () => {
  const events: string[] = [];
  const teardown = createTeardown((line) => events.push(line));
  const closable = (name: string) => async () => ({ close: () => void events.push(name) });
  await teardown.start(closable('first'));
  await teardown.start(async () => ({ close: () => Promise.reject(new Error('stuck')) }));
  await teardown.start(closable('third'));
  await teardown.run();
  expect(events).toEqual(['third', 'Stopping failed: stuck', 'first']);
});

test('closes what is still starting as soon as it has started', async () => {
  const teardown = createTeardown(ignore);
  const { promise, resolve } = Promise.withResolvers<{ close(): void }>();
  let closed = false;
  const starting = teardown.start(() => promise);
  const stopped = teardown.run();
  resolve({
    close() {
      closed = true;
    },
  });
  await starting;
  await stopped;
  expect(closed).toBe(true);
});

test('closes the others after one has failed to start', async () => {
  const teardown = createTeardown(ignore);
  let closed = false;
  await teardown.start(async () => ({
    close() {
      closed = true;
    },
  }));
  const failing = teardown.start(() => Promise.reject(new Error('The port is in use.')));
  await expect(failing).rejects.toThrow('The port is in use.');
  await teardown.run();
  expect(closed).toBe(true);
});

test('starts nothing after teardown has started', async () => {
  const teardown = createTeardown(ignore);
  await teardown.run();
  let started = false;
  const late = teardown.start(async () => {
    started = true;
    return { close: ignore };
  });
  await expect(late).rejects.toThrow('stopping');
  expect(started).toBe(false);
});

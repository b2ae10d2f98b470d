import { expect, test } from '@jest/globals';
import { createParts } from '../../../local/parts.ts';

test('closes the latest first and reports what cannot be closed', async () => {
  const events: string[] = [];
  const parts = createParts((line) => events.push(line));
  const part = (name: string) => () => Promise.resolve({ close: () => void events.push(name) });
  await parts.add(part('first'));
  await parts.add(() => Promise.resolve({ close: () => Promise.reject(new Error('stuck')) }));
  await parts.add(part('third'));
  await parts.stop();
  expect(events).toEqual(['third', 'While stopping: stuck', 'first']);
});

test('a part that is still starting is closed as soon as it has started', async () => {
  const parts = createParts(() => {});
  let started = (_part: { close(): void }) => {};
  let closed = false;
  const adding = parts.add(() => new Promise<{ close(): void }>((resolve) => (started = resolve)));
  const stopped = parts.stop();
  started({
    close() {
      closed = true;
    },
  });
  await Promise.all([adding, stopped]);
  expect(closed).toBe(true);
});

test('a part that failed to start does not keep the others from stopping', async () => {
  const parts = createParts(() => {});
  await expect(parts.add(() => Promise.reject(new Error('port taken')))).rejects.toThrow(
    'port taken',
  );
  await expect(parts.stop()).resolves.toBeUndefined();
});

test('starts nothing once stopping has begun', async () => {
  const parts = createParts(() => {});
  await parts.stop();
  let started = false;
  const late = parts.add(async () => {
    started = true;
    return { close() {} };
  });
  await expect(late).rejects.toThrow('stopping');
  expect(started).toBe(false);
});

import { expect, test } from '@jest/globals';
import { createRefreshingCache } from '../../../shared/refreshing-cache.ts';
import { until } from '../../support/until.ts';

const second = 1_000;

/** Fresh for 10 s, usable for 60 s, left alone for 30 s after a failure. */
function setUp() {
  let now = 0;
  let loads = 0;
  let down = false;
  let held: Promise<void> = Promise.resolve();
  const holder = createRefreshingCache<number>({
    async load() {
      loads += 1;
      const value = loads;
      await held;
      if (down) throw new Error(`load ${value}`);
      return value;
    },
    isUsable: (_, age) => age < 60 * second,
    isStale: (_, age) => age >= 10 * second,
    rest: () => 30 * second,
    now: () => now,
  });
  return {
    holder,
    loads: () => loads,
    pass: (milliseconds: number) => {
      now += milliseconds;
    },
    fail: (is: boolean) => {
      down = is;
    },
    holdBack: () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return resolve;
    },
  };
}

test('however many ask at once, it is got once', async () => {
  const { holder, loads } = setUp();
  expect(new Set(await Promise.all(Array.from({ length: 50 }, () => holder.get())))).toEqual(
    new Set([1]),
  );
  expect([await holder.get(), loads()]).toEqual([1, 1]);
});

test('what is stale is handed out while it is got again, and what is too old is not', async () => {
  const { holder, loads, pass } = setUp();
  await holder.get();
  pass(10 * second);
  expect(await holder.get()).toBe(1);
  await until('the next one', async () => (await holder.get()) === 2);
  pass(60 * second);
  expect([await holder.get(), loads()]).toEqual([3, 3]);
});

test('whoever asks while it is being got waits for that', async () => {
  const { holder, loads, pass, holdBack } = setUp();
  await holder.get();
  pass(60 * second);
  const release = holdBack();
  const waiting = [holder.get(), holder.renew(), holder.get()];
  expect(holder.isLoading()).toBe(true);
  release();
  expect(await Promise.all(waiting)).toEqual([2, 2, 2]);
  expect([holder.isLoading(), loads()]).toEqual([false, 2]);
});

test('a failure is told again, without another attempt, until it has rested, and leaves what is held', async () => {
  const { holder, loads, pass, fail } = setUp();
  await holder.get();
  pass(10 * second);
  fail(true);
  await expect(holder.renew()).rejects.toThrow('load 2');
  fail(false);
  pass(30 * second - 1);
  await expect(holder.renew()).rejects.toThrow('load 2');
  expect([await holder.get(), loads()]).toEqual([1, 2]);
  pass(1);
  expect(await holder.renew()).toBe(3);
});

test('a clock that steps back prolongs no rest', async () => {
  const { holder, pass, fail } = setUp();
  fail(true);
  await expect(holder.get()).rejects.toThrow('load 1');
  fail(false);
  pass(-3_600 * second);
  expect(await holder.get()).toBe(2);
});

test('a failure that was mended does not come back with a clock that steps back', async () => {
  const { holder, pass, fail } = setUp();
  fail(true);
  await expect(holder.get()).rejects.toThrow('load 1');
  fail(false);
  pass(40 * second);
  await holder.get();
  pass(-20 * second);
  expect(await holder.renew()).toBe(3);
});

test('an attempt that fails before it begins is no attempt for ever', async () => {
  let isBroken = true;
  const load = () => {
    if (isBroken) throw new Error('at once');
    return Promise.resolve('value');
  };
  const holder = createRefreshingCache({
    load,
    isUsable: () => true,
    isStale: () => false,
    now: () => 0,
  });
  await expect(holder.get()).rejects.toThrow('at once');
  isBroken = false;
  expect(await holder.get()).toBe('value');
});

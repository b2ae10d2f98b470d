import { expect, test } from '@jest/globals';
import { createRefreshingCache } from '../../../shared/refreshing-cache.ts';
import { until } from '../../support/until.ts';

const second = 1_000;
const hour = 3_600 * second;
const maxAge = 10 * second;
const maxUsableAge = 60 * second;
const cooldown = 30 * second;

/** A cache whose values count its loads, and whose clock and source the test controls. */
function setUp() {
  let now = 0;
  let loads = 0;
  let isDown = false;
  let released: Promise<void> = Promise.resolve();
  const cache = createRefreshingCache<number>({
    async load() {
      loads += 1;
      const value = loads;
      await released;
      if (isDown) throw new Error(`load ${value} failed`);
      return value;
    },
    isUsable: (_value, age) => age < maxUsableAge,
    isStale: (_value, age) => age >= maxAge,
    cooldown: () => cooldown,
    now: () => now,
  });
  return {
    cache,
    loads: () => loads,
    advance(milliseconds: number) {
      now += milliseconds;
    },
    breakSource() {
      isDown = true;
    },
    repairSource() {
      isDown = false;
    },
    /** Makes loads wait until the returned function is called. */
    holdLoads() {
      const { promise, resolve } = Promise.withResolvers<void>();
      released = promise;
      return resolve;
    },
  };
}

test('concurrent callers share one load', async () => {
  const { cache, loads } = setUp();
  const values = await Promise.all(Array.from({ length: 50 }, () => cache.get()));
  expect(new Set(values)).toEqual(new Set([1]));
  expect(loads()).toBe(1);
});

test('a fresh value is returned without a load', async () => {
  const { cache, loads, advance } = setUp();
  await cache.get();
  advance(maxAge - 1);
  expect(await cache.get()).toBe(1);
  expect(loads()).toBe(1);
});

test('a stale value is returned while it refreshes in the background', async () => {
  const { cache, advance } = setUp();
  await cache.get();
  advance(maxAge);
  expect(await cache.get()).toBe(1);
  await until('the refreshed value', async () => (await cache.get()) === 2);
});

test('a value that is too old is not returned', async () => {
  const { cache, loads, advance } = setUp();
  await cache.get();
  advance(maxUsableAge);
  expect(await cache.get()).toBe(2);
  expect(loads()).toBe(2);
});

test('callers join the load that is in progress', async () => {
  const { cache, loads, advance, holdLoads } = setUp();
  await cache.get();
  advance(maxUsableAge);
  const release = holdLoads();
  const values = [cache.get(), cache.refresh(), cache.get()];
  expect(cache.isLoading()).toBe(true);
  release();
  expect(await Promise.all(values)).toEqual([2, 2, 2]);
  expect(cache.isLoading()).toBe(false);
  expect(loads()).toBe(2);
});

test('a failure is reported again without a new load until the cooldown has passed', async () => {
  const { cache, loads, advance, breakSource, repairSource } = setUp();
  breakSource();
  await expect(cache.refresh()).rejects.toThrow('load 1 failed');
  repairSource();
  advance(cooldown - 1);
  await expect(cache.refresh()).rejects.toThrow('load 1 failed');
  expect(loads()).toBe(1);
  advance(1);
  expect(await cache.refresh()).toBe(2);
});

test('a failed refresh keeps the cached value', async () => {
  const { cache, loads, advance, breakSource } = setUp();
  await cache.get();
  advance(maxAge);
  breakSource();
  await expect(cache.refresh()).rejects.toThrow('load 2 failed');
  expect(await cache.get()).toBe(1);
  expect(loads()).toBe(2);
});

test('a clock that is set back does not prolong the cooldown', async () => {
  const { cache, advance, breakSource, repairSource } = setUp();
  breakSource();
  await expect(cache.get()).rejects.toThrow('load 1 failed');
  repairSource();
  advance(-hour);
  expect(await cache.get()).toBe(2);
});

test('a failure is forgotten after a successful load, even if the clock is set back', async () => {
  const { cache, advance, breakSource, repairSource } = setUp();
  breakSource();
  await expect(cache.get()).rejects.toThrow('load 1 failed');
  repairSource();
  advance(40 * second);
  await cache.get();
  advance(-20 * second);
  expect(await cache.refresh()).toBe(3);
});

test('a load that throws synchronously does not block later loads', async () => {
  let isDown = true;
  const cache = createRefreshingCache({
    load() {
      if (isDown) throw new Error('failed at once');
      return Promise.resolve('value');
    },
    isUsable: () => true,
    isStale: () => false,
    now: () => 0,
  });
  await expect(cache.get()).rejects.toThrow('failed at once');
  isDown = false;
  expect(await cache.get()).toBe('value');
});

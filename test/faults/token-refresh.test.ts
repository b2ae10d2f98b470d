import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { until } from '../support/until.ts';
import { type Chain, startChain } from './chain.ts';

const userCount = 1_000;
const second = 1_000;
const minute = 60 * second;
const concurrentCallers = 50;
const intervals = 8;

/*
 * A token B lasts an hour and is used until 5 minutes before its expiry. It is refreshed after 70
 * to 90 % of those 55 minutes, which is after 38.5 to 49.5 minutes.
 */
describe('1,000 tokens B of the same age, while users call every 2 minutes', () => {
  let chain: Chain;
  let failures: number[];
  let firstExchanges: number;
  /** Exchanges in each interval of 2 minutes. */
  let refreshes: number[];
  /** The log lines of the requests during the refreshes. */
  let logLines: readonly string[];
  beforeAll(async () => {
    chain = await startChain();
    failures = [];
    refreshes = [];
    const exp = Math.floor(Date.now() / second) + 3 * 60 * 60;
    const tokens = await Promise.all(
      Array.from({ length: userCount }, () => chain.token(randomUUID(), { exp })),
    );
    await callWithEach(tokens);
    firstExchanges = chain.count('token');

    const firstLines = chain.log.length;
    chain.advance(36 * minute);
    for (let interval = 0; interval < intervals; interval += 1) {
      chain.advance(2 * minute);
      const before = chain.count('token');
      await callWithEach(tokens);
      await waitForRefreshes();
      refreshes.push(chain.count('token') - before);
    }
    logLines = chain.log.slice(firstLines);
  }, 120_000);
  afterAll(() => chain?.close());

  async function callWithEach(tokens: readonly string[]): Promise<void> {
    const remaining = [...tokens];
    async function callRepeatedly(): Promise<void> {
      for (;;) {
        const token = remaining.pop();
        if (token === undefined) return;
        const { status } = await chain.get(token);
        if (status !== 200) failures.push(status);
      }
    }
    await Promise.all(Array.from({ length: concurrentCallers }, callRepeatedly));
  }

  /** Waits until no refresh in the background is in progress. */
  async function waitForRefreshes(): Promise<void> {
    let previous = -1;
    const isIdle = () => {
      const isUnchanged = chain.count('token') === previous;
      previous = chain.count('token');
      return isUnchanged && chain.exchanges.running === 0;
    };
    await until('the refreshes to complete', isIdle, 20 * second);
  }

  test('each token is exchanged once', () => {
    expect(firstExchanges).toBe(userCount);
  });

  test('no request fails', () => {
    expect(failures).toEqual([]);
  });

  test('every request is served from the cache', () => {
    expect(logLines).toHaveLength(intervals * userCount);
    expect(logLines.filter((line) => JSON.parse(line).exchange !== 'cached')).toEqual([]);
  });

  test('each token is refreshed once', () => {
    let total = 0;
    for (const count of refreshes) total += count;
    expect(total).toBe(userCount);
  });

  test('less than half of the tokens are refreshed in the same 2 minutes', () => {
    expect(Math.max(...refreshes)).toBeLessThan(userCount / 2);
  });

  test('at most 20 exchanges are concurrent', () => {
    expect(chain.exchanges.peak).toBeLessThanOrEqual(20);
  });
});

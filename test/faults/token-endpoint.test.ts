import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { CallResponse } from '../support/call.ts';
import { until } from '../support/until.ts';
import { type Chain, startChain } from './chain.ts';
import { expectStatus } from './expect-status.ts';
import { breakConnection, createSilence, respondWithStatus } from './responses.ts';
import { startStopwatch } from './stopwatch.ts';

const second = 1_000;
const probeInterval = 5 * second;

/** Starts a chain and creates a token whose token B is cached. */
async function startWarmChain(): Promise<{ chain: Chain; cached: string }> {
  const chain = await startChain();
  const cached = await chain.token();
  expect((await chain.get(cached)).status).toBe(200);
  return { chain, cached };
}

describe('while the token endpoint is down for 10 minutes', () => {
  const duration = 600;
  let chain: Chain;
  let newTokens: readonly string[];
  /** Responses to the user whose token B is cached, one for each second. */
  let cachedResponses: CallResponse[];
  /** Responses to users without a cached token, one for each second. */
  let newResponses: CallResponse[];
  /** Durations of both requests of a second, in milliseconds. */
  let durations: number[];
  let tokenRequests: number;
  /** Responses to 20 concurrent requests when the next probe is due. */
  let probeResponses: readonly CallResponse[];
  /** Token requests of these 20 requests. */
  let probes: number;
  /** A response 5 s after the token endpoint works again. */
  let recovered: CallResponse;
  beforeAll(async () => {
    const warm = await startWarmChain();
    chain = warm.chain;
    chain.fail('token', breakConnection());
    newTokens = await chain.tokens(20);
    cachedResponses = [];
    newResponses = [];
    durations = [];
    const before = chain.count('token');
    for (let elapsed = 0; elapsed < duration; elapsed += 1) {
      const start = performance.now();
      const newToken = newTokens[elapsed % newTokens.length] as string;
      const [cachedResponse, newResponse] = await Promise.all([
        chain.get(warm.cached),
        chain.get(newToken),
      ]);
      durations.push(performance.now() - start);
      cachedResponses.push(cachedResponse);
      newResponses.push(newResponse);
      chain.advance(second);
    }
    tokenRequests = chain.count('token') - before;

    const beforeProbe = chain.count('token');
    chain.advance(probeInterval);
    probeResponses = await chain.getAll(newTokens);
    probes = chain.count('token') - beforeProbe;

    chain.fail('token', undefined);
    chain.advance(probeInterval);
    recovered = await chain.get(newTokens[1] as string);
  }, 120_000);
  afterAll(() => chain?.close());

  test('users with a cached token get 200', () => {
    expect(cachedResponses).toHaveLength(duration);
    expectStatus(cachedResponses, 200);
  });

  test('users without a cached token get 503 with Retry-After', () => {
    expect(newResponses).toHaveLength(duration);
    expectStatus(newResponses, 503);
    for (const { headers } of newResponses) {
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    }
  });

  test('after 5 failures, Entra gets at most one request in 5 s', () => {
    expect(tokenRequests).toBeLessThanOrEqual(5 + 120);
  });

  test('the median duration is below 100 ms', () => {
    // The median, because a busy machine can delay single requests.
    const sorted = durations.toSorted((a, b) => a - b);
    expect(sorted[duration / 2]).toBeLessThan(100);
  });

  test('one of 20 concurrent requests probes Entra, and the others fail immediately', () => {
    expectStatus(probeResponses, 503);
    expect(probes).toBe(1);
  });

  test('users without a cached token get 200 within 5 s of the recovery', () => {
    expect(recovered.status).toBe(200);
  });

  test('no exchange stays in progress', () => {
    expect(chain.exchanges.running).toBe(0);
  });

  test('the log tells broken connections from requests that were not sent', () => {
    const causes = chain.log.map((line) => /"cause":"(\w+)"/.exec(line)?.[1]);
    expect(new Set(causes)).toEqual(new Set([undefined, 'connection', 'breaker']));
    expect(causes.filter((cause) => cause === 'connection')).toHaveLength(tokenRequests + probes);
  });
});

describe('a token endpoint', () => {
  let chain: Chain;
  let cached: string;
  beforeEach(async () => {
    const warm = await startWarmChain();
    chain = warm.chain;
    cached = warm.cached;
  });
  afterEach(() => chain.close());

  test('that never responds gets 20 of 60 requests, and users get 503 in 5.5 s', async () => {
    const silence = createSilence();
    chain.fail('token', silence.respond);
    const tokens = await chain.tokens(60);
    const readStopwatch = startStopwatch();
    const [newResponses, cachedResponse] = await Promise.all([
      chain.getAll(tokens),
      chain.get(cached),
    ]);
    expect(readStopwatch()).toBeLessThan(5_500);
    expectStatus(newResponses, 503);
    expect(cachedResponse.status).toBe(200);
    expect(silence.sockets.size).toBe(20);
    await until('every socket to be closed', () => silence.countOpen() === 0, 5_000);
  });

  const httpDate = (seconds: number) => new Date(Date.now() + seconds * second).toUTCString();
  const noHeader: Record<string, string> = {};
  test.each([
    { name: 'seconds', makeHeaders: () => ({ 'retry-after': '17' }), min: 17, max: 17 },
    { name: 'a date', makeHeaders: () => ({ 'retry-after': httpDate(120) }), min: 60, max: 121 },
    { name: 'no value', makeHeaders: () => noHeader, min: 5, max: 5 },
    { name: 'a word', makeHeaders: () => ({ 'retry-after': 'soon' }), min: 5, max: 5 },
    {
      name: 'a past date',
      makeHeaders: () => ({ 'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT' }),
      min: 5,
      max: 5,
    },
    { name: 'a year', makeHeaders: () => ({ 'retry-after': '31536000' }), min: 300, max: 300 },
  ])('that throttles a user with $name in Retry-After is not called for that user', async (row) => {
    chain.fail('token', respondWithStatus(429, row.makeHeaders()));
    const throttled = await chain.token();
    const response = await chain.get(throttled);
    const retryAfter = Number(response.headers.get('retry-after'));
    expect(response.status).toBe(503);
    expect(retryAfter).toBeGreaterThanOrEqual(row.min);
    expect(retryAfter).toBeLessThanOrEqual(row.max);

    chain.fail('token', undefined);
    const before = chain.count('token');
    chain.advance((retryAfter - 2) * second);
    expect((await chain.get(throttled)).status).toBe(503);
    expect(chain.count('token')).toBe(before);
    expect((await chain.get(await chain.token())).status).toBe(200);
    expect((await chain.get(cached)).status).toBe(200);

    chain.advance(3 * second);
    expect((await chain.get(throttled)).status).toBe(200);
  });
});

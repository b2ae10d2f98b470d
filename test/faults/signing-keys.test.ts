import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { CallResponse } from '../support/call.ts';
import { type Chain, startChain } from './chain.ts';
import { expectStatus } from './expect-status.ts';
import { respondWithStatus } from './responses.ts';
import { rotateKey } from './rotate-key.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

let chain: Chain;
beforeEach(async () => {
  chain = await startChain();
});
afterEach(() => chain.close());

async function warmUp(): Promise<string> {
  const token = await chain.token();
  expect((await chain.get(token)).status).toBe(200);
  return token;
}

describe('keys that cannot be loaded at a cold start', () => {
  let token: string;
  let responses: readonly CallResponse[];
  beforeEach(async () => {
    chain.fail('keys', respondWithStatus(503));
    token = await chain.token();
    responses = await chain.getAll(Array.from({ length: 50 }, () => token));
  });

  test('every request gets 503 with Retry-After and never 401', () => {
    expectStatus(responses, 503);
    expect(new Set(responses.map(({ json }) => json.code))).toEqual(new Set(['unavailable']));
    expect(responses[0]?.headers.get('retry-after')).toBe('5');
  });

  test('50 requests share one key request', () => {
    expect(chain.count('keys')).toBe(1);
  });

  test('requests succeed 5 s after the keys can be loaded', async () => {
    chain.fail('keys', undefined);
    chain.advance(5 * second);
    expect((await chain.get(token)).status).toBe(200);
  });
});

describe('keys that cannot be loaded later', () => {
  beforeEach(async () => {
    await warmUp();
    chain.fail('keys', respondWithStatus(503));
    chain.advance(61 * minute);
  });

  test('no request fails for a day', async () => {
    for (let step = 0; step < 40; step += 1) {
      expect((await chain.get(await chain.token())).status).toBe(200);
      chain.advance(15 * second);
    }
    chain.advance(22.5 * hour);
    expect((await chain.get(await chain.token())).status).toBe(200);
  });

  test('10 minutes cause one key request in 30 s at most', async () => {
    const before = chain.count('keys');
    for (let elapsed = 0; elapsed < 10 * minute; elapsed += 15 * second) {
      await chain.get(await chain.token());
      chain.advance(15 * second);
    }
    const keyRequests = chain.count('keys') - before;
    expect(keyRequests).toBeGreaterThan(10);
    expect(keyRequests).toBeLessThanOrEqual(20);
  });
});

test('200 concurrent requests with tokens of a new key share one key request', async () => {
  await warmUp();
  const before = chain.count('keys');
  const makeToken = rotateKey(chain);
  const tokens = await Promise.all(Array.from({ length: 200 }, makeToken));
  expectStatus(await chain.getAll(tokens), 200);
  expect(chain.count('keys') - before).toBe(1);
});

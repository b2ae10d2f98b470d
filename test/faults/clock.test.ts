import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Chain, startChain } from './chain.ts';
import { readClaims } from './responses.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

let chain: Chain;
beforeEach(async () => {
  chain = await startChain();
});
afterEach(() => chain.close());

test.each([
  { difference: '50 s behind', entraAhead: 50 * second, status: 200 },
  { difference: '50 s ahead of', entraAhead: -50 * second, status: 200 },
  { difference: '10 minutes behind', entraAhead: 10 * minute, status: 401 },
])('returns $status when the clock of Original API is $difference Entra', async (row) => {
  chain.advance(row.entraAhead);
  const token = await chain.token();
  chain.advance(-row.entraAhead);
  expect((await chain.get(token)).status).toBe(row.status);
});

test.each([
  { age: '50 s', sinceExpiry: 50 * second, status: 200 },
  { age: '10 minutes', sinceExpiry: 10 * minute, status: 401 },
])('returns $status for a token $age after its expiry', async ({ sinceExpiry, status }) => {
  const token = await chain.token();
  chain.advance(hour + sinceExpiry);
  expect((await chain.get(token)).status).toBe(status);
});

describe('when the clock is set back by an hour', () => {
  let token: string;
  beforeEach(async () => {
    token = await chain.token();
    expect((await chain.get(token)).status).toBe(200);
    chain.advance(-hour);
  });

  test('a token from the future gets 401', async () => {
    expect((await chain.get(token)).status).toBe(401);
  });

  test('a new token works after one exchange', async () => {
    const before = chain.count('token');
    expect((await chain.get(await chain.token())).status).toBe(200);
    expect(chain.count('token') - before).toBe(1);
  });

  test('the old token works again after the hour', async () => {
    expect((await chain.get(token)).status).toBe(401);
    chain.advance(hour);
    expect((await chain.get(token)).status).toBe(200);
  });
});

test('Original API never sends an expired token B', async () => {
  const start = Date.now();
  const exp = Math.floor(start / second) + (8 * hour) / second;
  const token = await chain.token(undefined, { exp });
  for (let elapsed = 0; elapsed < 7.75 * hour; elapsed += 15 * minute) {
    expect((await chain.get(token)).status).toBe(200);
    const tokenB = readClaims(chain.downstream.received.at(-1)?.headers.authorization);
    expect(Number(tokenB.exp) * second).toBeGreaterThan(start + elapsed);
    chain.advance(15 * minute);
  }
});

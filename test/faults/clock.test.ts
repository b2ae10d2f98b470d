import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type Chain, startChain } from './chain.ts';

let chain: Chain;
beforeEach(async () => {
  chain = await startChain();
});
afterEach(() => chain.close());

const minute = 60_000;

test.each([
  ['50 s behind', 50_000, 200],
  ['50 s ahead', -50_000, 200],
  ['10 minutes behind', 10 * minute, 401],
])('Original’s clock %s of Entra’s', async (_name, ahead, status) => {
  // The token is made by a clock that is so much ahead; then the clock goes back.
  chain.pass(ahead);
  const token = await chain.token();
  chain.pass(-ahead);
  expect((await chain.get(token)).status).toBe(status);
});

test('a token that is 50 s past its end is taken, one that is 10 minutes past it is not', async () => {
  const token = await chain.token();
  chain.pass(60 * minute + 50_000);
  expect((await chain.get(token)).status).toBe(200);
  chain.pass(10 * minute);
  expect((await chain.get(token)).status).toBe(401);
});

test('the clock steps back by an hour: no token from the future is served, and nothing is stuck', async () => {
  const token = await chain.token();
  expect((await chain.get(token)).status).toBe(200);
  chain.pass(-60 * minute);
  expect((await chain.get(token)).status).toBe(401);
  const asked = chain.count('token');
  expect((await chain.get(await chain.token())).status).toBe(200);
  expect(chain.count('token')).toBe(asked + 1);
  chain.pass(60 * minute);
  expect((await chain.get(token)).status).toBe(200);
});

test('no token B is sent that is past its expiry, whatever hour it is', async () => {
  const token = await chain.token(undefined, { exp: Math.floor(Date.now() / 1_000) + 8 * 60 * 60 });
  for (let quarter = 0; quarter < 31; quarter += 1) {
    const answer = await chain.get(token);
    expect(answer.status).toBe(200);
    const sent = chain.downstream.received.at(-1)?.headers.authorization?.split('.')[1] ?? '';
    expect(JSON.parse(Buffer.from(sent, 'base64url').toString()).exp * 1_000).toBeGreaterThan(
      Date.now() + quarter * 15 * minute,
    );
    chain.pass(15 * minute);
  }
});

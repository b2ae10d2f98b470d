import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { CallResponse } from '../support/call.ts';
import { type Chain, startChain } from './chain.ts';

const maxConcurrentExchanges = 20;

let chain: Chain;
beforeEach(async () => {
  chain = await startChain();
});
afterEach(() => chain.close());

const makeUsers = (count: number) => Array.from({ length: count }, () => randomUUID());
const usersIn = (responses: readonly CallResponse[]) => responses.map(({ json }) => json.oid);

describe('100 concurrent requests of 100 users with tokens of both versions', () => {
  let users: readonly string[];
  let responses: readonly CallResponse[];
  beforeEach(async () => {
    chain.exchanges.delay = 200;
    users = makeUsers(100);
    const tokens = await Promise.all(
      users.map((oid, index) => chain.token(oid, { ver: index % 2 === 0 ? '2.0' : '1.0' })),
    );
    responses = await chain.getAll(tokens);
  });

  test('each user gets a response for that user', () => {
    expect(responses.map(({ status }) => status)).toEqual(users.map(() => 200));
    expect(usersIn(responses)).toEqual(users);
  });

  test('metadata and keys are requested once for each version', () => {
    expect(chain.entra.count('/openid-configuration')).toBe(2);
    expect(chain.count('metadata')).toBe(1);
    expect(chain.entra.count('/keys')).toBe(2);
    expect(chain.count('keys')).toBe(1);
  });

  test('the credential is read once', () => {
    expect(chain.count('identity')).toBe(1);
    // Key Vault's client sends a request without a token first.
    expect(chain.count('vault')).toBe(2);
  });

  test('each user has one exchange, and at most 20 are concurrent', () => {
    expect(chain.count('token')).toBe(100);
    expect(chain.exchanges.peak).toBe(maxConcurrentExchanges);
  });
});

test('200 concurrent requests of one user share one exchange', async () => {
  const token = await chain.token();
  const responses = await chain.getAll(Array.from({ length: 200 }, () => token));
  expect(responses.map(({ status }) => status)).toEqual(responses.map(() => 200));
  expect(chain.count('token')).toBe(1);
});

describe('200 concurrent requests of 200 users', () => {
  let users: readonly string[];
  let responses: readonly CallResponse[];
  beforeEach(async () => {
    chain.exchanges.delay = 200;
    users = makeUsers(200);
    responses = await chain.getAll(await Promise.all(users.map((oid) => chain.token(oid))));
  });

  test('each user gets a response for that user', () => {
    expect(usersIn(responses)).toEqual(users);
  });

  test('each user has one exchange, and at most 20 are concurrent', () => {
    expect(chain.count('token')).toBe(200);
    expect(chain.exchanges.peak).toBe(maxConcurrentExchanges);
  });
});

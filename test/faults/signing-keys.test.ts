import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { CallResponse } from '../support/call.ts';
import { publicJwk, rsaKey } from '../support/issuer.ts';
import { respondWithStatus } from './answers.ts';
import { type Chain, startChain } from './chain.ts';
import { expectStatus } from './expect-status.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

let chain: Chain;
beforeEach(async () => {
  chain = await startChain();
});
afterEach(() => chain.close());

/** Publishes another key and returns a function that signs tokens of new users with it. */
function rotateKey(): () => Promise<string> {
  const kid = 'key-2';
  const { publicKey, privateKey } = rsaKey();
  chain.entra.jwks.keys.push(publicJwk(publicKey, kid));
  return () => chain.entra.token({ oid: randomUUID() }, { kid }, privateKey);
}

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
  const makeToken = rotateKey();
  const tokens = await Promise.all(Array.from({ length: 200 }, makeToken));
  expectStatus(await chain.getAll(tokens), 200);
  expect(chain.count('keys') - before).toBe(1);
});

describe.each([
  { state: 'up', fault: undefined, statusOfBadTokens: 401 },
  { state: 'down', fault: respondWithStatus(503), statusOfBadTokens: 503 },
])('10,000 tokens of unknown keys in a minute while Entra is $state', (row) => {
  const tokensPerSecond = 167;
  let goodStatuses: readonly number[];
  let badStatuses: readonly number[];
  let keyRequests: number;
  beforeEach(async () => {
    const token = await warmUp();
    chain.fail('keys', row.fault);
    const before = chain.count('keys');
    const good: CallResponse[] = [];
    const bad: CallResponse[] = [];
    for (let elapsed = 0; elapsed < minute; elapsed += second) {
      bad.push(...(await chain.getAll(withUnknownKeys(token, tokensPerSecond))));
      good.push(await chain.get(token));
      chain.advance(second);
    }
    goodStatuses = good.map(({ status }) => status);
    badStatuses = bad.map(({ status }) => status);
    keyRequests = chain.count('keys') - before;
  });

  /** Copies a token under headers with key ids that Entra never published. */
  function withUnknownKeys(token: string, count: number): readonly string[] {
    const [, payload, signature] = token.split('.');
    return Array.from({ length: count }, () => {
      const header = { typ: 'JWT', alg: 'RS256', kid: `unknown-${randomUUID()}` };
      const encoded = Buffer.from(JSON.stringify(header)).toString('base64url');
      return `${encoded}.${payload}.${signature}`;
    });
  }

  test('cause little load, block no valid token and delay a new key by 30 s at most', async () => {
    expect(new Set(badStatuses)).toEqual(new Set([row.statusOfBadTokens]));
    expect(new Set(goodStatuses)).toEqual(new Set([200]));
    expect(keyRequests).toBeLessThanOrEqual(3);

    chain.fail('keys', undefined);
    const makeToken = rotateKey();
    chain.advance(30 * second);
    expect((await chain.get(await makeToken())).status).toBe(200);
  });
});

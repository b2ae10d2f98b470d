import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Chain, startChain } from './chain.ts';
import { respondWithStatus } from './responses.ts';
import { rotateKey } from './rotate-key.ts';

const second = 1_000;
const minute = 60 * second;
const tokensPerSecond = 167;

/** Copies a token under headers with key ids that Entra never published. */
function withUnknownKeys(token: string, count: number): readonly string[] {
  const [, payload, signature] = token.split('.');
  return Array.from({ length: count }, () => {
    const header = { typ: 'JWT', alg: 'RS256', kid: `unknown-${randomUUID()}` };
    const encoded = Buffer.from(JSON.stringify(header)).toString('base64url');
    return `${encoded}.${payload}.${signature}`;
  });
}

describe.each([
  { state: 'up', fault: undefined, badStatus: 401 },
  { state: 'down', fault: respondWithStatus(503), badStatus: 503 },
])('10,000 tokens of unknown keys in a minute while Entra is $state', ({ fault, badStatus }) => {
  let chain: Chain;
  /** Status codes of the responses to a valid token, one for each second. */
  let validStatuses: number[];
  let unknownKeyStatuses: number[];
  let keyRequests: number;
  /** Status code of the response to a token of a new key, 30 s later. */
  let newKeyStatus: number;
  beforeAll(async () => {
    chain = await startChain({ frozenClock: true });
    validStatuses = [];
    unknownKeyStatuses = [];
    const token = await chain.token();
    expect((await chain.get(token)).status).toBe(200);

    chain.fail('keys', fault);
    const before = chain.count('keys');
    for (let elapsed = 0; elapsed < minute; elapsed += second) {
      const refused = await chain.getAll(withUnknownKeys(token, tokensPerSecond));
      unknownKeyStatuses.push(...refused.map(({ status }) => status));
      validStatuses.push((await chain.get(token)).status);
      chain.advance(second);
    }
    keyRequests = chain.count('keys') - before;

    chain.fail('keys', undefined);
    const makeToken = rotateKey(chain);
    chain.advance(30 * second);
    newKeyStatus = (await chain.get(await makeToken())).status;
  }, 120_000);
  afterAll(() => chain?.close());

  test(`get ${badStatus}`, () => {
    expect(unknownKeyStatuses).toHaveLength(60 * tokensPerSecond);
    expect(new Set(unknownKeyStatuses)).toEqual(new Set([badStatus]));
  });

  test('do not block a valid token', () => {
    expect(validStatuses).toHaveLength(60);
    expect(new Set(validStatuses)).toEqual(new Set([200]));
  });

  test('cause at most 3 key requests', () => {
    expect(keyRequests).toBeLessThanOrEqual(3);
  });

  test('delay the acceptance of a new key by 30 s at most', () => {
    expect(newKeyStatus).toBe(200);
  });
});

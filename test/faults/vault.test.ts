import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { CallResponse } from '../support/call.ts';
import type { Respond } from '../support/downstream.ts';
import { until } from '../support/until.ts';
import { type Chain, startChain } from './chain.ts';
import { expectStatus } from './expect-status.ts';
import { challengeVault, createSilence, respondAsVault, respondWithStatus } from './responses.ts';
import { startStopwatch } from './stopwatch.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const throttle = respondWithStatus(429, { 'retry-after': '60' });

describe('with a secret in the vault', () => {
  let chain: Chain;
  beforeEach(async () => {
    chain = await startChain();
  });
  afterEach(() => chain.close());

  async function warmUp(): Promise<void> {
    expect((await chain.get(await chain.token())).status).toBe(200);
  }

  describe.each([
    { name: 'the vault', dependency: 'vault' },
    { name: 'the managed identity', dependency: 'identity' },
  ] as const)('when $name fails', ({ dependency }) => {
    test('a cold chain returns 503 and recovers within 5 s', async () => {
      chain.fail(dependency, respondWithStatus(500));
      const token = await chain.token();
      const refused = await chain.get(token);
      expect(refused.status).toBe(503);
      expect(refused.json.code).toBe('unavailable');
      expect(refused.headers.has('retry-after')).toBe(true);
      expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(5);

      chain.fail(dependency, undefined);
      chain.advance(5 * second);
      expect((await chain.get(token)).status).toBe(200);
    });

    test('no request of a warm chain fails for a day', async () => {
      await warmUp();
      chain.fail(dependency, respondWithStatus(500));
      for (let elapsed = 0; elapsed < 24 * hour; elapsed += hour) {
        chain.advance(hour);
        expect((await chain.get(await chain.token())).status).toBe(200);
      }
    });

    test('50 cold requests share one load and get 503 within 8.5 s', async () => {
      const silence = createSilence();
      chain.fail(dependency, silence.respond);
      const token = await chain.token();
      const readStopwatch = startStopwatch();
      const responses = await chain.getAll(Array.from({ length: 50 }, () => token));
      expect(readStopwatch()).toBeLessThan(8_500);
      expectStatus(responses, 503);
      expect(silence.sockets.size).toBeLessThanOrEqual(2);
      await until('every socket to be closed', () => silence.countOpen() === 0, 2_000);
    });
  });

  describe('when the vault throttles for a minute', () => {
    const throttleReads: Respond = (request, response) => {
      if (request.headers.authorization) throttle(request, response);
      else challengeVault(response);
    };
    let token: string;
    let first: CallResponse;
    let elapsed: number;
    beforeEach(async () => {
      chain.fail('vault', throttleReads);
      token = await chain.token();
      const readStopwatch = startStopwatch();
      first = await chain.get(token);
      elapsed = readStopwatch();
      chain.fail('vault', undefined);
    });

    test('a request does not wait for it and gets 503', () => {
      expect(first.status).toBe(503);
      expect(first.headers.get('retry-after')).toBe('60');
      expect(elapsed).toBeLessThan(8_500);
    });

    test('it gets no request before the minute has passed', async () => {
      const before = chain.count('vault');
      chain.advance(58 * second);
      expect((await chain.get(token)).status).toBe(503);
      expect(chain.count('vault')).toBe(before);
      chain.advance(3 * second);
      expect((await chain.get(token)).status).toBe(200);
    });
  });

  test('1,000 requests with a refused credential read the vault at most twice', async () => {
    let reads = 0;
    chain.fail('vault', (request, response) => {
      if (request.headers.authorization) reads += 1;
      respondAsVault(request, response);
    });
    chain.rejectSecret('secret');
    const tokens = await chain.tokens(50);
    for (let round = 0; round < 20; round += 1) expectStatus(await chain.getAll(tokens), 503);
    expect(reads).toBeLessThanOrEqual(2);
  });

  describe('when the credential is rotated and Entra refuses the old one', () => {
    let vaultRequests: number;
    let tokenRequests: number;
    beforeEach(async () => {
      let version = '1';
      chain.fail('vault', (request, response) =>
        respondAsVault(request, response, `secret-${version}`, version),
      );
      await warmUp();
      vaultRequests = chain.count('vault');
      tokenRequests = chain.count('token');
      version = '2';
      chain.rejectSecret('secret-1');
    });

    test('100 concurrent users get 200 after one read of the vault', async () => {
      expectStatus(await chain.getAll(await chain.tokens(100)), 200);
      expect(chain.count('vault') - vaultRequests).toBe(1);
    });

    test('only the first of 10 users causes one more read and one more exchange', async () => {
      for (const token of await chain.tokens(10)) {
        expect((await chain.get(token)).status).toBe(200);
      }
      expect(chain.count('vault') - vaultRequests).toBe(1);
      expect(chain.count('token') - tokenRequests).toBe(10 + 1);
    });
  });
});

describe('with the managed identity as the credential', () => {
  let chain: Chain;
  beforeEach(async () => {
    chain = await startChain({ secretless: true });
  });
  afterEach(() => chain.close());

  test.each([
    { name: 'fails', createFault: () => respondWithStatus(500) },
    { name: 'throttles', createFault: () => throttle },
    { name: 'never responds', createFault: () => createSilence().respond },
  ])('a cold chain returns 503 while the identity $name, then recovers', async (row) => {
    chain.fail('identity', row.createFault());
    const responses = await chain.getAll(await chain.tokens(20));
    expectStatus(responses, 503);
    expect(new Set(responses.map(({ json }) => json.code))).toEqual(new Set(['unavailable']));
    expect(chain.count('token')).toBe(0);

    chain.fail('identity', undefined);
    chain.advance(minute);
    expect((await chain.get(await chain.token())).status).toBe(200);
  });

  test('an identity that throttles for a minute gets no request in that minute', async () => {
    chain.fail('identity', throttle);
    const token = await chain.token();
    const first = await chain.get(token);
    expect(first.status).toBe(503);
    expect(first.headers.get('retry-after')).toBe('60');

    chain.fail('identity', undefined);
    const before = chain.count('identity');
    chain.advance(58 * second);
    expect((await chain.get(token)).status).toBe(503);
    expect(chain.count('identity')).toBe(before);
    chain.advance(3 * second);
    expect((await chain.get(token)).status).toBe(200);
  });
});

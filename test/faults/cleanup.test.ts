import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { until } from '../support/until.ts';
import { type Chain, startChain } from './chain.ts';
import { expectStatus } from './expect-status.ts';
import { createSilence } from './responses.ts';

let chain: Chain;
beforeEach(async () => {
  chain = await startChain();
});
afterEach(() => chain.close());

/** Counts timers and sockets of this process, which contains both ends of every connection. */
function countActiveResources(): number {
  const names = process.getActiveResourcesInfo();
  return names.filter((name) => name === 'Timeout' || name === 'TCPSocketWrap').length;
}

/** Waits until at most two more timers and sockets are active than before. */
async function waitForRelease(before: number, timeout: number): Promise<void> {
  const isReleased = () => countActiveResources() <= before + 2;
  await until('timers and sockets to be released', isReleased, timeout);
}

/** Sends concurrent requests and aborts all of them; returns how each one ended. */
async function sendAndAbort(
  token: string,
  count: number,
  isReceived: () => boolean,
): Promise<readonly ('completed' | 'aborted')[]> {
  const controller = new AbortController();
  const send = async () => {
    try {
      const headers = { authorization: `Bearer ${token}` };
      await fetch(chain.url, { headers, signal: controller.signal });
      return 'completed';
    } catch {
      return 'aborted';
    }
  };
  const requests = Array.from({ length: count }, send);
  await until('all requests to reach Downstream API', isReceived);
  controller.abort();
  return Promise.all(requests);
}

test('1,000 aborted requests leave no timer or socket, and the next request succeeds', async () => {
  const batchSize = 50;
  const token = await chain.token();
  const before = countActiveResources();
  await chain.getAll(Array.from({ length: batchSize }, () => token));

  const pending: (() => void)[] = [];
  chain.downstream.respondWith((_, response) => {
    pending.push(() => response.end('{}'));
  });
  for (let batch = 0; batch < 20; batch += 1) {
    const ends = await sendAndAbort(token, batchSize, () => pending.length === batchSize);
    expect(new Set(ends)).toEqual(new Set(['aborted']));
    for (const respond of pending.splice(0)) respond();
  }

  chain.downstream.respondWith((_, response) => response.end('{}'));
  expect((await chain.get(token)).status).toBe(200);
  // Idle connections close after some seconds.
  await waitForRelease(before, 20_000);
});

test.each([
  { dependency: 'downstream', isWarm: true, status: 504 },
  { dependency: 'token', isWarm: true, status: 503 },
  { dependency: 'vault', isWarm: false, status: 503 },
  { dependency: 'identity', isWarm: false, status: 503 },
  { dependency: 'keys', isWarm: false, status: 503 },
] as const)(
  'requests leave no timer or socket when $dependency never responds',
  async ({ dependency, isWarm, status }) => {
    if (isWarm) expect((await chain.get(await chain.token())).status).toBe(200);
    const tokens = await chain.tokens(20);
    const before = countActiveResources();
    const silence = createSilence();
    if (dependency === 'downstream') chain.downstream.respondWith(silence.respond);
    else chain.fail(dependency, silence.respond);

    expectStatus(await chain.getAll(tokens), status);
    expect(silence.sockets.size).toBeGreaterThan(0);
    await until('every silent socket to be closed', () => silence.countOpen() === 0, 2_000);
    // Idle connections close after 5 s, but a timer of 10 s would still be active.
    await waitForRelease(before, 8_000);
  },
);

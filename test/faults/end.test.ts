import { afterEach, expect, test } from '@jest/globals';
import { until } from '../support/until.ts';
import { type Chain, startChain } from './chain.ts';

let chain: Chain | undefined;
afterEach(async () => {
  await chain?.close();
  chain = undefined;
});

/** Timers and sockets that keep this process busy; both ends of every connection are in it. */
const busy = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout' || name === 'TCPSocketWrap').length;

test('1,000 clients that hang up leave no timer and no socket behind, and the next is served', async () => {
  chain = await startChain();
  const { downstream, get, url } = chain;
  const token = await chain.token();
  const baseline = busy();
  await Promise.all(Array.from({ length: 50 }, () => get(token)));
  const held: (() => void)[] = [];
  downstream.answer((_, response) => void held.push(() => response.end('{}')));
  for (let batch = 0; batch < 20; batch += 1) {
    const controller = new AbortController();
    const calls = Array.from({ length: 50 }, () =>
      fetch(url, { headers: { authorization: `Bearer ${token}` }, signal: controller.signal }).then(
        () => 'answered',
        () => 'hung up',
      ),
    );
    await until('all of them to be with Downstream', () => held.length === 50);
    controller.abort();
    expect(new Set(await Promise.all(calls))).toEqual(new Set(['hung up']));
    for (const release of held.splice(0)) release();
  }
  downstream.answer((_, response) => response.end('{}'));
  expect((await get(token)).status).toBe(200);
  // Connections that are kept alive go when they have been idle for some seconds.
  await until('what they kept busy to be given back', () => busy() <= baseline + 2, 20_000);
}, 60_000);

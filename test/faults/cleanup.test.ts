import { afterEach, expect, test } from '@jest/globals';
import { until } from '../support/until.ts';
import { hang } from './answers.ts';
import { type Chain, startChain } from './chain.ts';

let chain: Chain | undefined;
afterEach(async () => {
  await chain?.close();
  chain = undefined;
});

/** Timers and sockets that keep this process busy; both ends of every connection are in it. */
const busy = () =>
  process.getActiveResourcesInfo().filter((name) => name === 'Timeout' || name === 'TCPSocketWrap')
    .length;

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
});

test.each(['downstream', 'token', 'vault', 'identity', 'keys'] as const)(
  'nothing outlives the budget of requests before a silent %s: no timer, no socket',
  async (where) => {
    chain = await startChain();
    const { get } = chain;
    const isCold = where !== 'downstream' && where !== 'token';
    if (!isCold) expect((await get(await chain.token())).status).toBe(200);
    const tokens = await Promise.all(Array.from({ length: 20 }, () => (chain as Chain).token()));
    const baseline = busy();
    const silence = hang();
    if (where === 'downstream') chain.downstream.answer(silence);
    else chain.fail(where, silence);
    const answers = await Promise.all(tokens.map(get));
    expect(new Set(answers.map(({ status }) => status))).toEqual(
      new Set([where === 'downstream' ? 504 : 503]),
    );
    expect(silence.sockets.size).toBeGreaterThan(0);
    await until('every socket of silence to be closed', () => silence.open() === 0, 2_000);
    // Connections that are kept alive go after 5 s; a timer of 10 s that nobody gave back would be seen.
    await until('what they kept busy to be given back', () => busy() <= baseline + 2, 8_000);
  },
);

import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { TestDownstream } from '../support/downstream.ts';
import { until } from '../support/until.ts';
import { hang } from './answers.ts';
import { type Chain, startChain } from './chain.ts';
import { startStopwatch } from './stopwatch.ts';

let chain: Chain;
let token: string;
beforeAll(async () => {
  chain = await startChain();
  token = await chain.token();
});
afterAll(() => chain?.close());
beforeEach(() => void chain.downstream.received.splice(0));

type Respond = Parameters<TestDownstream['answer']>[0];

test('silent: 504 within the budget, one request only, no socket left', async () => {
  const silence = hang();
  chain.downstream.answer(silence);
  const elapsed = startStopwatch();
  const [read, written] = await Promise.all([chain.get(token), chain.put(token)]);
  expect([read.status, written.status]).toEqual([504, 504]);
  expect(elapsed()).toBeLessThan(8_500);
  expect(chain.downstream.received.map(({ method }) => method).sort()).toEqual(['GET', 'PUT']);
  await until('every socket to be closed', () => silence.open() === 0, 2_000);
});

test('dripping: 504 within the budget, and the drip is not waited for', async () => {
  let drops = 0;
  let closed = false;
  chain.downstream.answer((_, response) => {
    response.writeHead(200).write('{"x":"');
    const drip = setInterval(() => {
      drops += 1;
      response.write('y');
    }, 200);
    response.on('close', () => {
      closed = true;
      clearInterval(drip);
    });
  });
  const elapsed = startStopwatch();
  expect((await chain.get(token)).status).toBe(504);
  expect(elapsed()).toBeLessThan(10_500);
  expect(drops).toBeGreaterThan(10);
  await until('the connection to be closed', () => closed, 2_000);
});

test('a body of 1 GiB is cut off after about 1 MiB: 502', async () => {
  let sent = 0;
  chain.downstream.answer((_, response) => {
    const block = Buffer.alloc(65_536, 'x');
    const more = () => {
      while (!response.destroyed && sent < 2 ** 30) {
        sent += block.length;
        if (!response.write(block)) return void response.once('drain', more);
      }
      return void response.end();
    };
    more();
  });
  expect((await chain.get(token)).status).toBe(502);
  // What the kernel buffers on the way counts here too.
  expect(sent).toBeLessThan(32 * 2 ** 20);
});

test('a compressed bomb is not unpacked: 502', async () => {
  const bomb = gzipSync(Buffer.alloc(64 * 2 ** 20));
  chain.downstream.answer((_, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
  );
  const before = process.memoryUsage().arrayBuffers;
  expect((await chain.get(token)).status).toBe(502);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * 2 ** 20);
});

test('a burst of 5xx is 502 for each, asked once each, and over when it is over', async () => {
  const usual: Respond = (_, response) => response.end('{}');
  let burst = 60;
  chain.downstream.answer((request, response) => {
    burst -= 1;
    return burst < 0 ? usual(request, response) : response.writeHead(500 + (burst % 3)).end('{}');
  });
  const answers = await Promise.all(
    Array.from({ length: 60 }, (_, index) => (index % 2 ? chain.get(token) : chain.put(token))),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([502]));
  expect(chain.downstream.received).toHaveLength(60);
  expect((await chain.get(token)).status).toBe(200);
});

test('a connection that breaks: a GET is tried once more, a PUT never', async () => {
  chain.downstream.answer((request) => request.socket.destroy());
  const answers = await Promise.all([chain.get(token), chain.put(token)]);
  expect(answers.map(({ status }) => status)).toEqual([502, 502]);
  expect(chain.downstream.received.map(({ method }) => method).sort()).toEqual([
    'GET',
    'GET',
    'PUT',
  ]);
});

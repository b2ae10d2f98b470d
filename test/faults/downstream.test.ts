import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { CallResponse } from '../support/call.ts';
import { until } from '../support/until.ts';
import { type Chain, startChain } from './chain.ts';
import { expectStatus } from './expect-status.ts';
import { breakConnection, createSilence, sendLargeBody } from './responses.ts';
import { startStopwatch } from './stopwatch.ts';

const MiB = 2 ** 20;

let chain: Chain;
let token: string;
beforeEach(async () => {
  chain = await startChain();
  token = await chain.token();
});
afterEach(() => chain.close());

const listMethods = () => chain.downstream.received.map(({ method }) => method).sort();

test('a silent downstream API becomes 504 within 8.5 s and gets no retry', async () => {
  const silence = createSilence();
  chain.downstream.respondWith(silence.respond);
  const readStopwatch = startStopwatch();
  const [read, written] = await Promise.all([chain.get(token), chain.put(token)]);
  expect(readStopwatch()).toBeLessThan(8_500);
  expect(read.status).toBe(504);
  expect(written.status).toBe(504);
  expect(listMethods()).toEqual(['GET', 'PUT']);
  await until('every socket to be closed', () => silence.countOpen() === 0, 2_000);
});

test('a slow body becomes 504 within 10.5 s, and the connection closes', async () => {
  let writes = 0;
  let isClosed = false;
  chain.downstream.respondWith((_, response) => {
    response.writeHead(200).write('{"x":"');
    const timer = setInterval(() => {
      writes += 1;
      response.write('y');
    }, 200);
    response.on('close', () => {
      isClosed = true;
      clearInterval(timer);
    });
  });
  const readStopwatch = startStopwatch();
  expect((await chain.get(token)).status).toBe(504);
  expect(readStopwatch()).toBeLessThan(10_500);
  expect(writes).toBeGreaterThan(10);
  await until('the connection to be closed', () => isClosed, 2_000);
});

test('a body of 1 GiB becomes 502 and is not read completely', async () => {
  let sent = 0;
  chain.downstream.respondWith((_, response) =>
    sendLargeBody(response, 1024 * MiB, (bytes) => {
      sent += bytes;
    }),
  );
  expect((await chain.get(token)).status).toBe(502);
  // The limit is 1 MiB; the rest is in the buffers of both sockets.
  expect(sent).toBeLessThan(32 * MiB);
});

test('a compressed body becomes 502 and is not decompressed', async () => {
  const compressed = gzipSync(Buffer.alloc(64 * MiB));
  chain.downstream.respondWith((_, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(compressed),
  );
  const before = process.memoryUsage().arrayBuffers;
  expect((await chain.get(token)).status).toBe(502);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * MiB);
});

describe('60 responses of 500, 501 or 502', () => {
  const count = 60;
  let responses: readonly CallResponse[];
  beforeEach(async () => {
    let failed = 0;
    chain.downstream.respondWith((_, response) => {
      if (failed === count) {
        response.end('{}');
        return;
      }
      failed += 1;
      response.writeHead(500 + (failed % 3)).end('{}');
    });
    responses = await Promise.all(
      Array.from({ length: count }, (_, index) =>
        index % 2 === 0 ? chain.put(token) : chain.get(token),
      ),
    );
  });

  test('become 502 without a retry', () => {
    expectStatus(responses, 502);
    expect(chain.downstream.received).toHaveLength(count);
  });

  test('do not affect the next request', async () => {
    expect((await chain.get(token)).status).toBe(200);
  });
});

test('a GET whose connection breaks is retried once and becomes 502', async () => {
  chain.downstream.respondWith(breakConnection());
  expect((await chain.get(token)).status).toBe(502);
  expect(listMethods()).toEqual(['GET', 'GET']);
});

test('a PUT whose connection breaks is not retried and becomes 502', async () => {
  chain.downstream.respondWith(breakConnection());
  expect((await chain.put(token)).status).toBe(502);
  expect(listMethods()).toEqual(['PUT']);
});

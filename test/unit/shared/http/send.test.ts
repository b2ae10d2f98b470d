import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Pool } from 'undici';
import {
  readRetryAfter,
  type SendFailure,
  type SendOptions,
  send,
} from '../../../../shared/http/send.ts';
import { until } from '../../../support/until.ts';

/** Milliseconds that no test waits for. */
const longTimeout = 120_000;
const shortTimeout = 300;
const maxBytes = 100;

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanups.splice(0)) cleanUp();
});

/** Starts a server for one test. */
async function serve(respond: RequestListener) {
  const server = createServer(respond);
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });

  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    url,
    openSockets: () => sockets.size,
    /** Returns the status, or the reason of the failure. */
    async outcome(options: Partial<SendOptions> = {}): Promise<number | string> {
      try {
        const { status } = await send(url, {
          method: 'GET',
          timeout: longTimeout,
          maxBytes,
          ...options,
        });
        return status;
      } catch (error) {
        return (error as SendFailure).reason;
      }
    },
  };
}

describe('compression', () => {
  test('is not requested', async () => {
    let acceptEncoding: string | undefined;
    const { outcome } = await serve(({ headers }, response) => {
      acceptEncoding = headers['accept-encoding'];
      response.end('{}');
    });
    await outcome();
    expect(acceptEncoding).toBe('identity');
  });

  test('is rejected in a response', async () => {
    const { outcome } = await serve((_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{}')),
    );
    expect(await outcome()).toBe('encoding');
  });

  test('named identity is accepted', async () => {
    const { outcome } = await serve((_request, response) =>
      response.writeHead(200, { 'content-encoding': 'identity' }).end('{}'),
    );
    expect(await outcome()).toBe(200);
  });
});

test('a body of the largest accepted size is accepted', async () => {
  const { outcome } = await serve((_request, response) => response.end('x'.repeat(maxBytes)));
  expect(await outcome()).toBe(200);
});

test('a larger body is rejected, even if it states no length', async () => {
  const { outcome } = await serve((_request, response) =>
    response.writeHead(200, { 'transfer-encoding': 'chunked' }).end('x'.repeat(maxBytes + 1)),
  );
  expect(await outcome()).toBe('too_large');
});

test('a redirect is returned and not followed', async () => {
  let requests = 0;
  const { outcome } = await serve((_request, response) => {
    requests += 1;
    response.writeHead(307, { location: '/' }).end();
  });
  expect(await outcome()).toBe(307);
  expect(requests).toBe(1);
});

describe('the signal of the caller', () => {
  test('ends the request and closes its socket', async () => {
    const { outcome, openSockets } = await serve(() => {});
    const controller = new AbortController();
    const pending = outcome({ signal: controller.signal });
    await until('the request', () => openSockets() > 0);
    controller.abort();
    expect(await pending).toBe('timeout');
    await until('the socket to be closed', () => openSockets() === 0);
  });

  test('prevents the request if it was aborted before', async () => {
    const { outcome } = await serve(() => {});
    expect(await outcome({ signal: AbortSignal.abort() })).toBe('timeout');
  });
});

test('a completed request leaves no timer behind', async () => {
  const countTimers = () =>
    process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  const { outcome } = await serve((_request, response) => response.end('{}'));
  const before = countTimers();
  const requests = 10;
  for (let request = 0; request < requests; request += 1) await outcome();
  // Timers of undici itself may run, but not one for each request.
  expect(countTimers() - before).toBeLessThan(requests);
});

test('the time limits of the dispatcher apply in addition to the timeout', async () => {
  const { url, outcome } = await serve(() => {});
  const dispatcher = new Pool(url, { headersTimeout: 50 });
  cleanups.push(() => void dispatcher.destroy());
  expect(await outcome({ dispatcher })).toBe('timeout');
});

test.each<{ name: string; respond: RequestListener; timeout?: number; reason: string }>([
  {
    name: 'a server that sends no headers',
    respond: () => {},
    timeout: shortTimeout,
    reason: 'timeout',
  },
  {
    name: 'a body that stops',
    respond: (_request, response) => {
      response.writeHead(200).write('x');
    },
    timeout: shortTimeout,
    reason: 'timeout',
  },
  {
    name: 'a body that ends too early',
    respond: (_request, response) => {
      response.writeHead(200, { 'content-length': '10' }).write('x', () => response.destroy());
    },
    reason: 'broken',
  },
  {
    name: 'a server that closes the connection',
    respond: (request) => {
      request.socket.destroy();
    },
    reason: 'broken',
  },
])('$name is reported as $reason, and the socket is closed', async (row) => {
  const { outcome, openSockets } = await serve(row.respond);
  expect(await outcome({ timeout: row.timeout ?? longTimeout })).toBe(row.reason);
  await until('the socket to be closed', () => openSockets() === 0);
});

test('a server that cannot be reached is reported as connect', async () => {
  const sending = send('http://127.0.0.1:1/', { method: 'GET', timeout: longTimeout, maxBytes });
  await expect(sending).rejects.toMatchObject({ reason: 'connect' });
});

test.each<{ value: string | undefined; seconds: number | undefined }>([
  { value: '7', seconds: 7 },
  { value: ' 7 ', seconds: 7 },
  { value: '0', seconds: 0 },
  { value: '301', seconds: 300 },
  { value: '9'.repeat(400), seconds: 300 },
  { value: 'Sun, 22 Nov 2026 00:00:30 GMT', seconds: 30 },
  { value: 'Mon, 22 Nov 2027 00:00:00 GMT', seconds: 300 },
  { value: 'Sat, 21 Nov 2026 00:00:00 GMT', seconds: undefined },
  { value: '-1', seconds: undefined },
  { value: '1.5', seconds: undefined },
  { value: 'soon', seconds: undefined },
  { value: 'Monday', seconds: undefined },
  { value: '', seconds: undefined },
  { value: undefined, seconds: undefined },
])('Retry-After $value means $seconds seconds', ({ value, seconds }) => {
  expect(readRetryAfter(value, Date.UTC(2026, 10, 22))).toBe(seconds);
});

import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Pool } from 'undici';
import { readRetryAfter, type SendFailure, send } from '../../../../shared/http/send.ts';
import { until } from '../../../support/until.ts';

const long = 120_000;
let server: Server;
let respond: RequestListener;
let open = 0;

beforeAll(async () => {
  server = createServer((request, response) => respond(request, response));
  server.on('connection', (socket) => {
    open += 1;
    socket.on('close', () => {
      open -= 1;
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
const ask = (changes: object = {}) =>
  send(url(), { method: 'GET', deadline: 10_000, cap: 100, ...changes });
const reason = (changes?: object) =>
  ask(changes).then(
    ({ status }) => status,
    (failure: SendFailure) => failure.reason,
  );

test('no compression is asked for, and a compressed body is not read', async () => {
  let asked: string | undefined;
  respond = ({ headers }, response) => {
    asked = headers['accept-encoding'];
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{}'));
  };
  expect([await reason(), asked]).toEqual(['encoding', 'identity']);
  respond = (_request, response) =>
    response.writeHead(200, { 'content-encoding': 'identity' }).end('{}');
  expect(await reason()).toBe(200);
});

test('a body is read up to its cap and not beyond, whatever it says of its length', async () => {
  respond = (_request, response) => response.end('x'.repeat(100));
  expect(await reason()).toBe(200);
  respond = (_request, response) =>
    response.writeHead(200, { 'transfer-encoding': 'chunked' }).end('x'.repeat(101));
  expect(await reason()).toBe('too_large');
});

test('a redirect is an answer like any other', async () => {
  let requests = 0;
  respond = (_request, response) => {
    requests += 1;
    response.writeHead(307, { location: url() }).end();
  };
  expect([await reason(), requests]).toEqual([307, 1]);
});

test('the budget of the request that it serves ends it, and its socket is given back', async () => {
  respond = () => {};
  const controller = new AbortController();
  const outcome = reason({ signal: controller.signal, deadline: long });
  await until('the request', () => open > 0);
  controller.abort();
  expect(await outcome).toBe('timeout');
  expect(await reason({ signal: AbortSignal.abort(), deadline: long })).toBe('timeout');
  await until('no socket is left', () => open <= 1);
});

test('an answer that has come leaves no timer', async () => {
  const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  const before = timers();
  respond = (_request, response) => response.end('{}');
  for (let request = 0; request < 10; request += 1) await ask({ deadline: long });
  expect(timers() - before).toBeLessThan(10);
});

test('a pool that is told to wait less for headers is heard', async () => {
  respond = () => {};
  const pool = new Pool(url(), { headersTimeout: 50 });
  expect(await reason({ dispatcher: pool, deadline: long })).toBe('timeout');
  await pool.destroy();
});

test.each<[string, RequestListener, number, string]>([
  ['no headers', () => {}, 300, 'timeout'],
  [
    'a body that stops',
    (_request, response) => void response.writeHead(200).write('x'),
    300,
    'timeout',
  ],
  ['an end before its time', (_request, response) => cutShort(response), 10_000, 'broken'],
  ['no answer at all', (request) => void request.socket.destroy(), 10_000, 'broken'],
])('%s is told apart, and no socket is left', async (_name, answer, deadline, expected) => {
  respond = answer;
  expect(await reason({ deadline })).toBe(expected);
  await until('no socket is left', () => open <= 1);
});

const cutShort = (response: ServerResponse) =>
  void response.writeHead(200, { 'content-length': '10' }).write('x', () => response.destroy());

test('who could not be reached at all has been sent nothing', async () => {
  const outcome = send('http://127.0.0.1:1/', { method: 'GET', deadline: 5_000, cap: 1 }).catch(
    (failure: SendFailure) => failure.reason,
  );
  expect(await outcome).toBe('connect');
});

const now = Date.UTC(2026, 10, 22);
test.each([
  ['7', 7],
  [' 7 ', 7],
  ['0', 0],
  ['301', 300],
  ['9'.repeat(400), 300],
  ['Sun, 22 Nov 2026 00:00:30 GMT', 30],
  ['Mon, 22 Nov 2027 00:00:00 GMT', 300],
  ['Sat, 21 Nov 2026 00:00:00 GMT', undefined],
  ['-1', undefined],
  ['1.5', undefined],
  ['soon', undefined],
  ['Monday', undefined],
  ['', undefined],
  [undefined, undefined],
])('Retry-After %p is %p seconds', (value, seconds) => {
  expect(readRetryAfter(value, now)).toBe(seconds);
});

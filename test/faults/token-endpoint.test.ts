import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { audience, otherTenantId } from '../support/issuer.ts';
import { until } from '../support/until.ts';
import { hang, sendJson, status } from './answers.ts';
import { type Chain, downstreamId, startChain } from './chain.ts';
import { startStopwatch } from './stopwatch.ts';

let chain: Chain;
let cached: string;
beforeEach(async () => {
  chain = await startChain();
  cached = await chain.token();
  expect((await chain.get(cached)).status).toBe(200);
});
afterEach(() => chain.close());

test('down for 10 minutes: who has a token loses nothing, the others are told to come back, Entra is asked once in 5 s, and is found again', async () => {
  chain.fail('token', (request) => request.socket.destroy());
  const before = chain.count('token');
  const others = await Promise.all(Array.from({ length: 20 }, () => chain.token()));
  const taken: number[] = [];
  for (let second = 0; second < 600; second += 1) {
    const began = performance.now();
    const [own, other] = await Promise.all([
      chain.get(cached),
      chain.get(others[second % 20] as string),
    ]);
    taken.push(performance.now() - began);
    expect([own.status, other.status]).toEqual([200, 503]);
    expect(Number(other.headers.get('retry-after'))).toBeGreaterThan(0);
    chain.pass(1_000);
  }
  expect(chain.count('token') - before).toBeLessThanOrEqual(5 + 120);
  // Milliseconds, the median: a busy machine has no say in it.
  expect(taken.sort((a, b) => a - b)[300]).toBeLessThan(100);

  // When a probe is due, one of many who come at once makes it, and nobody waits for it but that one.
  const asked = chain.count('token');
  chain.pass(5_000);
  await Promise.all(others.map(chain.get));
  expect(chain.count('token') - asked).toBe(1);
  expect(chain.exchanges.running).toBe(0);

  chain.fail('token', undefined);
  chain.pass(5_000);
  expect((await chain.get(others[1] as string)).status).toBe(200);
});

test('silent: 60 users are answered within 5.5 s, most of them without a request of theirs, and no socket is left', async () => {
  const silence = hang();
  chain.fail('token', silence);
  const tokens = await Promise.all(Array.from({ length: 60 }, () => chain.token()));
  const elapsed = startStopwatch();
  const answers = await Promise.all([...tokens.map(chain.get), chain.get(cached)]);
  expect(elapsed()).toBeLessThan(5_500);
  expect(answers.map(({ status }) => status)).toEqual([...tokens.map(() => 503), 200]);
  expect(silence.sockets.size).toBe(20);
  await until('every socket to be closed', () => silence.open() === 0, 5_000);
});

describe('throttling', () => {
  const date = (seconds: number) => new Date(Date.now() + seconds * 1_000).toUTCString();
  const rows: [string, string | undefined, number, number][] = [
    ['seconds', '17', 17, 17],
    ['an HTTP date', date(120), 60, 121],
    ['nothing', undefined, 5, 5],
    ['nonsense', 'soon', 5, 5],
    ['a date long past', 'Thu, 01 Jan 1970 00:00:00 GMT', 5, 5],
    ['a year', '31536000', 300, 300],
  ];
  test.each(rows)(
    'with %s is obeyed, for that user alone',
    async (_name, retryAfter, least, most) => {
      chain.fail(
        'token',
        status(429, retryAfter === undefined ? {} : { 'retry-after': retryAfter }),
      );
      const throttled = await chain.token();
      const first = await chain.get(throttled);
      const wait = Number(first.headers.get('retry-after'));
      expect(first.status).toBe(503);
      expect(wait).toBeGreaterThanOrEqual(least);
      expect(wait).toBeLessThanOrEqual(most);
      chain.fail('token', undefined);
      const asked = chain.count('token');
      chain.pass((wait - 2) * 1_000);
      expect((await chain.get(throttled)).status).toBe(503);
      expect(chain.count('token')).toBe(asked);
      const [other, own] = [await chain.get(await chain.token()), await chain.get(cached)];
      expect([other.status, own.status]).toEqual([200, 200]);
      chain.pass(3_000);
      expect((await chain.get(throttled)).status).toBe(200);
    },
  );
});

describe('a bad answer is 502, nothing of it is kept or goes on, and a good one follows', () => {
  const answer = { token_type: 'Bearer', scope: 'x', expires_in: 3_600, access_token: 'a.b.c' };
  let sent = 0;
  const user = randomUUID();
  const userAssertion = (claims: object) => async (_: unknown, response: ServerResponse) =>
    sendJson(response, {
      ...answer,
      access_token: await chain.entra.token({
        aud: downstreamId,
        azp: audience,
        azpacr: '1',
        ...claims,
      }),
    });
  const rows: [string, number, Parameters<Chain['fail']>[1]][] = [
    [
      'HTML',
      502,
      (_, response) =>
        response
          .writeHead(200, { 'content-type': 'text/html' })
          .end('<!doctype html><title>Maintenance</title>'),
    ],
    ['an empty token', 502, (_, response) => sendJson(response, { ...answer, access_token: '' })],
    ['another user’s token', 502, userAssertion({ oid: randomUUID() })],
    [
      'a token of another tenant’s user',
      502,
      (_, response) => userAssertion({ oid: user, tid: otherTenantId })(_, response),
    ],
    [
      'a token for another API',
      502,
      (_, response) => userAssertion({ oid: user, aud: audience })(_, response),
    ],
    ['cut JSON', 502, (_, response) => response.end(JSON.stringify(answer).slice(0, 40))],
    [
      'cut on the wire',
      503,
      (_, response) =>
        response
          .writeHead(200, { 'content-length': '4096' })
          .write('{"to', () => response.destroy()),
    ],
    [
      'no expires_in',
      502,
      (_, response) => sendJson(response, { ...answer, expires_in: undefined }),
    ],
    [
      'no token_type',
      502,
      (_, response) => sendJson(response, { ...answer, token_type: undefined }),
    ],
    [
      'a token of another type',
      502,
      (_, response) => sendJson(response, { ...answer, token_type: 'pop' }),
    ],
    [
      'no access_token',
      502,
      (_, response) => sendJson(response, { ...answer, access_token: undefined }),
    ],
    ['a list', 502, (_, response) => sendJson(response, [answer])],
    [
      '50 MB',
      502,
      (_, response) => {
        const more = () => {
          while (!response.destroyed && sent < 50e6) {
            sent += 65_536;
            if (!response.write('x'.repeat(65_536))) return void response.once('drain', more);
          }
          response.end();
        };
        more();
      },
    ],
  ];
  test.each(rows)('%s', async (_name, code, respond) => {
    const oid = user;
    const token = await chain.token(oid);
    chain.fail('token', respond);
    expect((await chain.get(token)).status).toBe(code);
    // The setup's own call is the one.
    expect(chain.downstream.received).toHaveLength(1);
    chain.fail('token', undefined);
    expect((await chain.get(token)).json).toEqual({ oid });
    expect(sent).toBeLessThan(20e6);
  });
});

import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { CallResponse } from '../support/call.ts';
import type { Respond } from '../support/downstream.ts';
import { until } from '../support/until.ts';
import { type Chain, startChain } from './chain.ts';
import { expectStatus } from './expect-status.ts';
import {
  breakConnection,
  createSilence,
  readUserOfExchange,
  respondWithStatus,
  sendJson,
} from './responses.ts';
import { signTokenB } from './token-endpoint.ts';

const maxConcurrentExchanges = 20;
const second = 1_000;

let chain: Chain;
beforeEach(async () => {
  chain = await startChain();
  expect((await chain.get(await chain.token())).status).toBe(200);
});
afterEach(() => chain.close());

/** Entra fails for one user. It responds for the other users once `release` resolves. */
function failForUser(
  user: string,
  respond: Respond,
  release: Promise<void> = Promise.resolve(),
): void {
  chain.fail('token', async (request, response) => {
    const oid = await readUserOfExchange(request);
    if (oid === user) {
      await respond(request, response);
      return;
    }
    await release;
    const tokenB = await signTokenB(chain.entra, { oid });
    sendJson(response, { token_type: 'Bearer', expires_in: 3_600, access_token: tokenB });
  });
}

/** Entra never responds for one user. It responds for the other users once `release` resolves. */
const hangForUser = (user: string, release?: Promise<void>) =>
  failForUser(user, createSilence().respond, release);

const faults: { name: string; respond: Respond }[] = [
  { name: 'closes the connection', respond: breakConnection() },
  {
    name: 'resets the connection',
    respond: (request) => {
      request.socket.resetAndDestroy();
    },
  },
  {
    name: 'cuts the body',
    respond: (request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{');
      setImmediate(() => request.socket.destroy());
    },
  },
  {
    name: 'sends HTML with status 200',
    respond: (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html></html>');
    },
  },
  {
    name: 'sends HTML with status 502',
    respond: (_request, response) => {
      response.writeHead(502, { 'content-type': 'text/html' }).end('<html></html>');
    },
  },
  { name: 'never responds', respond: createSilence().respond },
];

describe.each(faults)('a user for whom Entra $name', ({ respond }) => {
  test('and who sends four requests at a time harms 0 of 60 other users', async () => {
    const user = randomUUID();
    failForUser(user, respond);
    const sessions = await Promise.all(
      Array.from({ length: 4 }, () => chain.token(user, { uti: randomUUID() })),
    );
    const own: Promise<readonly CallResponse[]>[] = [];
    for (const token of await chain.tokens(60)) {
      own.push(chain.getAll(sessions));
      expect((await chain.get(token)).status).toBe(200);
    }
    for (const responses of await Promise.all(own))
      expect(responses.every(({ status }) => status === 502 || status === 503)).toBe(true);
  });
});

test('60 sessions of one user that wait for Entra do not delay other users', async () => {
  const user = randomUUID();
  hangForUser(user);
  const sessions = await Promise.all(
    Array.from({ length: 60 }, () => chain.token(user, { uti: randomUUID() })),
  );
  const otherToken = await chain.token();
  const before = chain.count('token');
  const pending = chain.getAll(sessions);
  await until('token requests of that user', () => chain.count('token') - before >= 5);
  expect((await chain.get(otherToken)).status).toBe(200);
  await pending;
});

test('a throttled user gets 503 immediately while other users wait in the queue', async () => {
  const user = randomUUID();
  const throttled = await chain.token(user);
  chain.fail('token', respondWithStatus(429, { 'retry-after': '60' }));
  expect((await chain.get(throttled)).status).toBe(503);

  const { promise: release, resolve: releaseOthers } = Promise.withResolvers<void>();
  hangForUser(user, release);
  const before = chain.count('token');
  const others = chain.getAll(await chain.tokens(30));
  const areAllSlotsTaken = () => chain.count('token') - before === maxConcurrentExchanges;
  await until('every slot to be taken', areAllSlotsTaken);
  // The others stay blocked until this response has arrived.
  expect((await chain.get(throttled)).status).toBe(503);
  releaseOthers();
  expectStatus(await others, 200);
});

describe('after Entra was down for 15 s', () => {
  let token: string;
  beforeEach(async () => {
    chain.fail('token', breakConnection());
    token = await chain.token();
    // The fifth failure is at 4 s, the next token requests at 9 s and 14 s.
    for (let elapsed = 0; elapsed < 15; elapsed += 1) {
      expect((await chain.get(token)).status).toBe(503);
      chain.advance(second);
    }
    chain.fail('token', undefined);
  });

  test('a user who calls once a second succeeds within 6 s', async () => {
    let status = (await chain.get(token)).status;
    let elapsed = 0;
    while (status !== 200 && elapsed < 20) {
      chain.advance(second);
      elapsed += 1;
      status = (await chain.get(token)).status;
    }
    expect(elapsed).toBeLessThanOrEqual(6);
  });
});

test('users for whom Entra sends status 500 do not cut off new users', async () => {
  const sickUsers = new Set<string>(Array.from({ length: 10 }, () => randomUUID()));
  chain.fail('token', async (request, response) => {
    const oid = await readUserOfExchange(request);
    if (sickUsers.has(String(oid))) {
      response.writeHead(500).end('{}');
      return;
    }
    const tokenB = await signTokenB(chain.entra, { oid });
    sendJson(response, { token_type: 'Bearer', expires_in: 3_600, access_token: tokenB });
  });
  const sickTokens = await Promise.all([...sickUsers].map((user) => chain.token(user)));
  const newTokens = await chain.tokens(60);
  for (const [elapsed, token] of newTokens.entries()) {
    if (elapsed % 5 === 0) expectStatus(await chain.getAll(sickTokens), 503);
    expect((await chain.get(token)).status).toBe(200);
    chain.advance(second);
  }
});

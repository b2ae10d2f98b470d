import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { audience } from '../support/issuer.ts';
import { until } from '../support/until.ts';
import { readBody, readClaims, sendJson } from './answers.ts';
import { type Chain, startChain } from './chain.ts';

const downstreamId = 'd0375100-0000-4000-8000-0000000000a3';
let chain: Chain;
beforeEach(async () => {
  chain = await startChain();
  expect((await chain.get(await chain.token())).status).toBe(200);
});
afterEach(() => chain.close());

/** Entra says nothing about one user, and answers all others when they are let go. */
function hangFor(user: string, release: Promise<void> = Promise.resolve()) {
  chain.fail('token', async (request, response) => {
    const { oid } = readClaims(new URLSearchParams(await readBody(request)).get('assertion') ?? '');
    if (oid === user) return;
    await release;
    const token = await chain.entra.token({ aud: downstreamId, azp: audience, azpacr: '1', oid });
    sendJson(response, { token_type: 'Bearer', expires_in: 3_600, access_token: token });
  });
}
/** Tokens of as many sessions of one user. */
const sessions = (user: string, count: number) =>
  Promise.all(Array.from({ length: count }, () => chain.token(user, { uti: randomUUID() })));

test('one user whose 60 sessions hang at Entra takes no turn away from others', async () => {
  const user = randomUUID();
  hangFor(user);
  const [tokens, other] = [await sessions(user, 60), await chain.token()];
  const before = chain.count('token');
  const answers = tokens.map(chain.get);
  await until('requests of that user to be under way', () => chain.count('token') - before >= 5);
  expect((await chain.get(other)).status).toBe(200);
  await Promise.all(answers);
});

test('who is throttled is told so at once, also while others wait for their turn', async () => {
  const user = randomUUID();
  const throttled = await chain.token(user);
  chain.fail('token', (_, response) => response.writeHead(429, { 'retry-after': '60' }).end('{}'));
  expect((await chain.get(throttled)).status).toBe(503);
  const { promise, resolve } = Promise.withResolvers<void>();
  hangFor(user, promise);
  const before = chain.count('token');
  const others = (await Promise.all(Array.from({ length: 30 }, () => chain.token()))).map(
    chain.get,
  );
  await until('every turn to be taken', () => chain.count('token') - before === 20);
  // The others are let go only when this answer is there.
  expect((await chain.get(throttled)).status).toBe(503);
  resolve();
  expect((await Promise.all(others)).map(({ status }) => status)).toEqual(others.map(() => 200));
});

test('who calls alone while Entra is down finds it again within 6 s', async () => {
  chain.fail('token', (request) => request.socket.destroy());
  const token = await chain.token();
  // The fifth failure is at 4 s, the next requests at 9 s and 14 s.
  for (let second = 0; second < 15; second += 1) {
    expect((await chain.get(token)).status).toBe(503);
    chain.pass(1_000);
  }
  chain.fail('token', undefined);
  let seconds = 0;
  for (; seconds < 20 && (await chain.get(token)).status !== 200; seconds += 1) chain.pass(1_000);
  expect(seconds).toBeLessThanOrEqual(6);
});

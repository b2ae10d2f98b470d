import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { until } from '../support/until.ts';
import { answerVault, challengeVault, hang, status } from './answers.ts';
import { type Chain, startChain } from './chain.ts';
import { startStopwatch } from './stopwatch.ts';

let chain: Chain;
beforeEach(async () => {
  chain = await startChain();
});
afterEach(() => chain.close());

const rows: ['vault' | 'identity', string][] = [
  ['vault', 'the vault'],
  ['identity', 'the managed identity'],
];

test.each(rows)(
  '%s down at a cold start: 503 with Retry-After, and back within 5 s',
  async (path) => {
    chain.fail(path, status(500));
    const token = await chain.token();
    const refused = await chain.get(token);
    expect([refused.status, refused.json.code]).toEqual([503, 'unavailable']);
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(5);
    chain.fail(path, undefined);
    chain.pass(5_000);
    expect((await chain.get(token)).status).toBe(200);
  },
);

test.each([
  ['down', status(500)],
  ['throttling', status(429, { 'retry-after': '60' })],
  ['silent', hang()],
])(
  'without a secret, the managed identity %s at a cold start: 503, no token request, and back when it is',
  async (_name, fault) => {
    const secretless = await startChain({ secretless: true });
    try {
      secretless.fail('identity', fault);
      const answers = await Promise.all(
        (await Promise.all(Array.from({ length: 20 }, () => secretless.token()))).map(
          secretless.get,
        ),
      );
      expect(new Set(answers.map(({ status, json }) => `${status} ${json.code}`))).toEqual(
        new Set(['503 unavailable']),
      );
      expect(secretless.count('token')).toBe(0);
      secretless.fail('identity', undefined);
      secretless.pass(60_000);
      expect((await secretless.get(await secretless.token())).status).toBe(200);
    } finally {
      await secretless.close();
    }
  },
);

test('without a secret, a managed identity that throttles for a minute is not asked before that, and nobody waits for it', async () => {
  const secretless = await startChain({ secretless: true });
  try {
    secretless.fail('identity', status(429, { 'retry-after': '60' }));
    const token = await secretless.token();
    const first = await secretless.get(token);
    expect([first.status, first.headers.get('retry-after')]).toEqual([503, '60']);
    const asked = secretless.count('identity');
    secretless.fail('identity', undefined);
    secretless.pass(58_000);
    expect((await secretless.get(token)).status).toBe(503);
    expect(secretless.count('identity')).toBe(asked);
    secretless.pass(3_000);
    expect((await secretless.get(token)).status).toBe(200);
  } finally {
    await secretless.close();
  }
});

test.each(rows)('%s down when warm: no request is lost in a day', async (path) => {
  const token = await chain.token();
  expect((await chain.get(token)).status).toBe(200);
  chain.fail(path, status(500));
  for (let hour = 0; hour < 24; hour += 1) {
    chain.pass(60 * 60_000);
    expect((await chain.get(await chain.token())).status).toBe(200);
  }
});

test.each(rows)(
  '%s silent at a cold start: 50 at once are answered within 8.5 s by one request, and no socket is left',
  async (path) => {
    const silence = hang();
    chain.fail(path, silence);
    const token = await chain.token();
    const elapsed = startStopwatch();
    const answers = await Promise.all(Array.from({ length: 50 }, () => chain.get(token)));
    expect(elapsed()).toBeLessThan(8_500);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
    expect(silence.sockets.size).toBeLessThanOrEqual(2);
    await until('every socket to be closed', () => silence.open() === 0, 2_000);
  },
);

test('a vault that throttles for a minute is not asked before that, nobody waits for it, and then it is', async () => {
  chain.fail('vault', (request, response) =>
    request.headers.authorization
      ? status(429, { 'retry-after': '60' })(request, response)
      : challengeVault(response),
  );
  const token = await chain.token();
  const elapsed = startStopwatch();
  const first = await chain.get(token);
  expect([first.status, first.headers.get('retry-after')]).toEqual([503, '60']);
  expect(elapsed()).toBeLessThan(8_500);
  const asked = chain.count('vault');
  chain.fail('vault', undefined);
  chain.pass(58_000);
  expect((await chain.get(token)).status).toBe(503);
  expect(chain.count('vault')).toBe(asked);
  chain.pass(3_000);
  expect((await chain.get(token)).status).toBe(200);
});

test('a credential that Entra refuses for good: 1,000 requests read the vault at most twice and are all told 503', async () => {
  let reads = 0;
  chain.fail('vault', (request, response) => {
    if (request.headers.authorization) reads += 1;
    answerVault(request, response);
  });
  chain.refuse('secret');
  const tokens = await Promise.all(Array.from({ length: 50 }, () => chain.token()));
  for (let round = 0; round < 20; round += 1) {
    const answers = await Promise.all(tokens.map(chain.get));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
  }
  expect(reads).toBeLessThanOrEqual(2);
});

test('rotated in the vault while 100 users call and the old one is refused: none is lost, one more read', async () => {
  let version = '1';
  chain.fail('vault', (request, response) =>
    answerVault(request, response, `secret-${version}`, version),
  );
  expect((await chain.get(await chain.token())).status).toBe(200);
  const reads = chain.count('vault');
  version = '2';
  chain.refuse('secret-1');
  const tokens = await Promise.all(Array.from({ length: 100 }, () => chain.token()));
  const answers = await Promise.all(tokens.map(chain.get));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(chain.count('vault') - reads).toBe(1);
});

test('rotated in the vault and the old one refused: that request costs one read and one token request more', async () => {
  let version = '1';
  chain.fail('vault', (request, response) =>
    answerVault(request, response, `secret-${version}`, version),
  );
  expect((await chain.get(await chain.token())).status).toBe(200);
  const before = [chain.count('vault'), chain.count('token')] as const;
  version = '2';
  chain.refuse('secret-1');
  for (let user = 0; user < 10; user += 1)
    expect((await chain.get(await chain.token())).status).toBe(200);
  expect([chain.count('vault') - before[0], chain.count('token') - before[1]]).toEqual([1, 10 + 1]);
});

import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { publicJwk, rsaKey } from '../support/issuer.ts';
import { status } from './answers.ts';
import { type Chain, startChain } from './chain.ts';

let chain: Chain;
beforeEach(async () => {
  chain = await startChain();
});
afterEach(() => chain.close());

const times = <T>(count: number, make: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => make(index)));

test('a cold process answers 100 requests of 100 users, tokens of both versions: one metadata and one key request each, one credential, 100 exchanges at most 20 at a time', async () => {
  chain.exchanges.takes = 200;
  const oids = Array.from({ length: 100 }, () => randomUUID());
  const tokens = await Promise.all(
    oids.map((oid, index) => chain.token(oid, { ver: index % 2 ? '1.0' : '2.0' })),
  );
  const answers = await Promise.all(tokens.map(chain.get));
  expect(answers.map(({ status, json }) => [status, json.oid])).toEqual(
    oids.map((oid) => [200, oid]),
  );
  const asked = (part: string) => chain.entra.asked.filter((path) => path.endsWith(part)).length;
  expect([asked('/openid-configuration'), chain.count('metadata')]).toEqual([2, 1]);
  expect([asked('/keys'), chain.count('keys')]).toEqual([2, 1]);
  expect([chain.count('identity'), chain.count('token')]).toEqual([1, 100]);
  // Asked once without a token, as Key Vault's client does, and once with.
  expect(chain.count('vault')).toBe(2);
  expect(chain.exchanges.most).toBe(20);
});

test('200 cold requests of one user make one token request', async () => {
  const token = await chain.token();
  const answers = await times(200, () => chain.get(token));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(chain.count('token')).toBe(1);
});

test('200 users have 200 token requests, at most 20 at a time, and each gets an answer of its own', async () => {
  chain.exchanges.takes = 200;
  const oids = Array.from({ length: 200 }, () => randomUUID());
  const tokens = await Promise.all(oids.map((oid) => chain.token(oid)));
  const answers = await Promise.all(tokens.map(chain.get));
  expect(answers.map(({ json }) => json.oid)).toEqual(oids);
  expect([chain.count('token'), chain.exchanges.most]).toEqual([200, 20]);
});

test('keys that cannot be had at a cold start are 503 and never 401, with one request in 5 s, and then all is well', async () => {
  chain.fail('keys', status(503));
  const token = await chain.token();
  const answers = await times(50, () => chain.get(token));
  expect(new Set(answers.map(({ status, json }) => `${status} ${json.code}`))).toEqual(
    new Set(['503 unavailable']),
  );
  expect(answers[0]?.headers.get('retry-after')).toBe('5');
  expect(chain.count('keys')).toBe(1);
  chain.fail('keys', undefined);
  chain.pass(5_000);
  expect((await chain.get(token)).status).toBe(200);
});

test('keys that cannot be had later: no request is lost for a day, and Entra is asked once in 30 s at most', async () => {
  expect((await chain.get(await chain.token())).status).toBe(200);
  chain.fail('keys', status(503));
  chain.pass(61 * 60_000);
  const before = chain.count('keys');
  for (let quarter = 0; quarter < 40; quarter += 1) {
    expect((await chain.get(await chain.token())).status).toBe(200);
    chain.pass(15_000);
  }
  const asked = chain.count('keys') - before;
  expect(asked).toBeGreaterThan(10);
  expect(asked).toBeLessThanOrEqual(20);
  chain.pass(22.5 * 60 * 60_000);
  expect((await chain.get(await chain.token())).status).toBe(200);
});

/** Entra signs with another key from now on. */
function rotate(kid: string) {
  const { publicKey, privateKey } = rsaKey();
  chain.entra.jwks.keys.push(publicJwk(publicKey, kid));
  return () => chain.entra.token({ oid: randomUUID() }, { kid }, privateKey);
}

test('200 requests with tokens of a new key make one key request, and all are accepted', async () => {
  expect((await chain.get(await chain.token())).status).toBe(200);
  const before = chain.count('keys');
  const make = rotate('key-2');
  const tokens = await times(200, make);
  const answers = await Promise.all(tokens.map(chain.get));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(chain.count('keys') - before).toBe(1);
});

test.each([
  ['up', undefined],
  ['down', status(503)],
])(
  '10,000 unknown keys in a minute, Entra %s: at most 3 key requests, good tokens pass all the while, and a new key is accepted 30 s after',
  async (_name, fault) => {
    const token = await chain.token();
    expect((await chain.get(token)).status).toBe(200);
    chain.fail('keys', fault);
    const before = chain.count('keys');
    const [, payload, signature] = token.split('.');
    for (let second = 0; second < 60; second += 1) {
      const bad = await times(167, (index) => {
        const header = Buffer.from(
          JSON.stringify({ typ: 'JWT', alg: 'RS256', kid: `unknown-${second}-${index}` }),
        ).toString('base64url');
        return chain.get(`${header}.${payload}.${signature}`);
      });
      expect(bad.every(({ status }) => status === (fault ? 503 : 401))).toBe(true);
      expect((await chain.get(token)).status).toBe(200);
      chain.pass(1_000);
    }
    expect(chain.count('keys') - before).toBeLessThanOrEqual(3);

    chain.fail('keys', undefined);
    const make = rotate('key-2');
    chain.pass(30_000);
    expect((await chain.get(await make())).status).toBe(200);
  },
);

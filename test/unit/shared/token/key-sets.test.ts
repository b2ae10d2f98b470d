import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createKeys, type Keys } from '../../../../shared/token/keys.ts';
import { createTestClock, type TestClock } from '../../../support/clock.ts';
import { type Issuer, publicJwk, rsaKey, startIssuer, tenantId } from '../../../support/issuer.ts';

/** Milliseconds between two fetches that unknown keys cause. */
const cooldown = 30_000;

const { publicKey, privateKey } = rsaKey();
const good = publicJwk(publicKey, 'good');
const bad = { ...good, kid: 'bad' };
const ellipticCurveKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;

let issuer: Issuer;
let keys: Keys;
let clock: TestClock;

beforeEach(async () => {
  clock = createTestClock(Date.UTC(2026, 10, 22));
  issuer = await startIssuer(clock.now);
  keys = createKeys({ authorityHost: issuer.host, now: clock.now });
});
afterEach(() => issuer.close());

const keyOf = (kid: string) => keys.keyOf(tenantId, '2.0', kid);
const respondWithText = (body: string, status = 200) =>
  issuer.respond('/keys', (_request, response) => response.writeHead(status).end(body));
const respondWith = (body: object, status = 200) => respondWithText(JSON.stringify(body), status);

test.each([
  { name: 'for encryption', key: { ...bad, use: 'enc' } },
  { name: 'for another algorithm', key: { ...bad, alg: 'RS512' } },
  { name: 'of 1024 bits', key: publicJwk(rsaKey(1024).publicKey, 'bad') },
  { name: 'with its private half', key: { ...privateKey.export({ format: 'jwk' }), kid: 'bad' } },
  { name: 'with the private member p', key: { ...bad, p: 'AQAB' } },
  { name: 'with the private member q', key: { ...bad, q: 'AQAB' } },
  { name: 'with the private member dp', key: { ...bad, dp: 'AQAB' } },
  { name: 'with the private member dq', key: { ...bad, dq: 'AQAB' } },
  { name: 'with the private member qi', key: { ...bad, qi: 'AQAB' } },
  { name: 'with the symmetric member k', key: { ...bad, k: 'AQAB' } },
  { name: 'with the exponent 1', key: { ...bad, e: 'AQ' } },
  { name: 'with an even exponent', key: { ...bad, e: 'AQAC' } },
  {
    name: 'with an exponent of 33 bits',
    key: { ...bad, e: Buffer.from('0100000001', 'hex').toString('base64url') },
  },
  { name: 'with an exponent that is a number', key: { ...bad, e: 65_537 } },
  { name: 'whose issuer is a number', key: { ...bad, issuer: 7 } },
  { name: 'whose id is a number', key: { ...bad, kid: 7 } },
  { name: 'that is symmetric', key: { kty: 'oct', k: 'AAAA', kid: 'bad' } },
  {
    name: 'on an elliptic curve',
    key: { ...ellipticCurveKey.export({ format: 'jwk' }), kid: 'bad' },
  },
  { name: 'that is null', key: null },
])('a key $name is skipped, and other keys are used', async ({ key }) => {
  respondWith({ keys: [key, good] });
  expect(await keyOf('good')).toBeDefined();
  clock.advance(cooldown);
  expect(await keyOf('bad')).toBeUndefined();
});

test('the first of two keys with the same id is used', async () => {
  respondWith({
    keys: [
      { ...good, issuer: 'first' },
      { ...good, issuer: 'second' },
    ],
  });
  expect((await keyOf('good'))?.keyIssuer).toBe('first');
});

test("the placeholder for the tenant in a key's issuer is replaced", async () => {
  respondWith({ keys: [{ ...good, issuer: 'https://login.example/{tenantid}/v2.0' }] });
  expect((await keyOf('good'))?.keyIssuer).toBe(`https://login.example/${tenantId}/v2.0`);
});

describe('a valid key set is not used', () => {
  test('if it exceeds 512 KiB', async () => {
    respondWith({ keys: [good], padding: 'x'.repeat(512 * 1024) });
    await expect(keyOf('good')).rejects.toMatchObject({
      code: 'unavailable',
      options: { logContext: { reason: 'too_large' } },
    });
  });

  test.each([201, 203, 404])('if its status is %i', async (status) => {
    respondWith({ keys: [good] }, status);
    await expect(keyOf('good')).rejects.toMatchObject({
      options: { logContext: { check: 'keys', reason: `status ${status}` } },
    });
  });

  test('if the server redirects to it', async () => {
    issuer.respond('/keys', (_request, response) =>
      response.writeHead(302, { location: `${issuer.host.href}canary` }).end(),
    );
    await expect(keyOf('key-1')).rejects.toMatchObject({ code: 'unavailable' });
    expect(issuer.count('canary')).toBe(0);
  });
});

test.each([
  { name: 'HTML', body: '<html>' },
  { name: 'an object without keys', body: '{}' },
  { name: 'an empty list', body: '{"keys":[]}' },
  { name: 'bad keys only', body: '{"keys":[{"kty":"oct","k":"AAAA","kid":"x"}]}' },
  { name: '600 KiB', body: `{"keys":[],"x":"${'x'.repeat(600 * 1024)}"}` },
])('a key set of $name does not replace a cached one', async ({ body }) => {
  await keyOf('key-1');
  respondWithText(body);
  clock.advance(cooldown);
  await expect(keyOf('unknown')).rejects.toMatchObject({ code: 'unavailable' });
  expect(await keyOf('key-1')).toBeDefined();
});

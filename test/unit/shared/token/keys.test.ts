import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createKeys, type Keys } from '../../../../shared/token/keys.ts';
import { createTestClock, type TestClock } from '../../../support/clock.ts';
import {
  type Issuer,
  otherTenantId,
  publicJwk,
  rsaKey,
  startIssuer,
  tenantId,
} from '../../../support/issuer.ts';
import { until } from '../../../support/until.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

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
const countKeyFetches = () => issuer.count('/discovery/v2.0/keys');
const countMetadataFetches = () => issuer.count('openid-configuration');
const publishKey = (kid: string) => issuer.jwks.keys.push(publicJwk(rsaKey().publicKey, kid));
const breakEntra = () =>
  issuer.respond('/keys', (_request, response) => response.writeHead(503).end());
const repairEntra = () => issuer.respond('/keys', undefined);

test('100 concurrent callers share one request for metadata and one for keys', async () => {
  const found = await Promise.all(Array.from({ length: 100 }, () => keyOf('key-1')));
  expect(new Set(found).size).toBe(1);
  expect(countMetadataFetches()).toBe(1);
  expect(countKeyFetches()).toBe(1);
});

test('each version has its own metadata', async () => {
  const { issuer: name } = await keys.metadataOf(tenantId, '1.0');
  expect(name).toBe(`${issuer.host.href}${tenantId}/`);
});

test('each tenant has its own metadata', async () => {
  const { issuer: name } = await keys.metadataOf(otherTenantId, '2.0');
  expect(name).toBe(`${issuer.host.href}${otherTenantId}/v2.0`);
});

describe('a key that is not cached', () => {
  test('is found with one request for 200 concurrent callers', async () => {
    await keyOf('key-1');
    publishKey('key-2');
    const found = await Promise.all(Array.from({ length: 200 }, () => keyOf('key-2')));
    expect(found).not.toContain(undefined);
    expect(countKeyFetches()).toBe(2);
  });

  test('causes a fetch at most every 30 s', async () => {
    await keyOf('key-1');
    for (let elapsed = 0; elapsed < 60; elapsed += 1) {
      expect(await keyOf(`unknown-${elapsed}`)).toBeUndefined();
      clock.advance(second);
    }
    expect(countKeyFetches()).toBe(1 + 2);
  });

  test('is found within 30 s, even right after requests for unknown keys', async () => {
    await keyOf('key-1');
    await keyOf('unknown');
    publishKey('key-2');
    expect(await keyOf('key-2')).toBeUndefined();
    clock.advance(30 * second);
    expect(await keyOf('key-2')).toBeDefined();
  });

  test('is found after the clock was set back', async () => {
    await keyOf('key-1');
    expect(await keyOf('unknown')).toBeUndefined();
    clock.advance(-hour);
    publishKey('key-2');
    expect(await keyOf('key-2')).toBeDefined();
  });

  test('does not change the cached keys, so verified signatures stay cached', async () => {
    const before = await keyOf('key-1');
    expect(await keyOf('unknown')).toBeUndefined();
    expect(countKeyFetches()).toBe(2);
    expect((await keyOf('key-1'))?.key).toBe(before?.key);
  });

  test('does not prevent the metadata from being refreshed', async () => {
    await keyOf('key-1');
    for (let request = 0; request < 6; request += 1) {
      clock.advance(30 * minute);
      await keyOf(`unknown-${request}`);
    }
    await until('a refresh of the metadata', () => countMetadataFetches() >= 3);
  });
});

test('keys refresh in the background, and an unchanged key remains the same object', async () => {
  const before = await keyOf('key-1');
  publishKey('key-2');
  clock.advance(61 * minute);
  expect(await keyOf('key-1')).toBe(before);
  await until('a fetch in the background', () => countKeyFetches() === 2);
  await until('the new key', async () => (await keyOf('key-2')) !== undefined);
  expect((await keyOf('key-1'))?.key).toBe(before?.key);
});

describe('while Entra ID is down', () => {
  test('a key is reported as unavailable, not as unknown, if nothing is cached', async () => {
    breakEntra();
    await expect(keyOf('key-1')).rejects.toMatchObject({
      code: 'unavailable',
      options: { logContext: { reason: 'status 503' } },
    });
  });

  test('a failed fetch is retried after 5 s if nothing is cached', async () => {
    breakEntra();
    await expect(keyOf('key-1')).rejects.toMatchObject({ code: 'unavailable' });
    await expect(keyOf('key-1')).rejects.toMatchObject({ code: 'unavailable' });
    expect(countKeyFetches()).toBe(1);
    repairEntra();
    clock.advance(5 * second);
    expect(await keyOf('key-1')).toBeDefined();
  });

  test('known keys are used for 24 h and no longer', async () => {
    await keyOf('key-1');
    breakEntra();
    clock.advance(23 * hour);
    expect(await keyOf('key-1')).toBeDefined();
    clock.advance(hour);
    await expect(keyOf('key-1')).rejects.toMatchObject({ code: 'unavailable' });
  });

  test('an unknown key is reported as unavailable, and causes a fetch every 30 s', async () => {
    await keyOf('key-1');
    breakEntra();
    for (let elapsed = 0; elapsed < 60; elapsed += 1) {
      await expect(keyOf(`unknown-${elapsed}`)).rejects.toMatchObject({ code: 'unavailable' });
      clock.advance(second);
    }
    expect(countKeyFetches()).toBe(1 + 2);
  });
});

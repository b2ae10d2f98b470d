import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createKeys, type Keys } from '../../../../shared/token/keys.ts';
import {
  type Issuer,
  otherTenantId,
  publicJwk,
  rsaKey,
  startIssuer,
  tenantId,
} from '../../../support/issuer.ts';
import { until } from '../../../support/until.ts';

let issuer: Issuer;
let keys: Keys;
let now = 0;

beforeEach(async () => {
  now = Date.UTC(2026, 10, 22);
  issuer = await startIssuer(() => now);
  keys = createKeys({ authorityHost: issuer.host, now: () => now });
});
afterEach(() => issuer.close());

const keyOf = (kid: string) => keys.keyOf(tenantId, '2.0', kid);
const fetches = () => issuer.count('/discovery/v2.0/keys');

test('one metadata and one key request serve 100 who ask at once', async () => {
  const found = await Promise.all(Array.from({ length: 100 }, () => keyOf('key-1')));
  expect(new Set(found).size).toBe(1);
  expect([issuer.count('openid-configuration'), fetches()]).toEqual([1, 1]);
});

test('versions and tenants have documents of their own', async () => {
  expect((await keys.metadataOf(tenantId, '1.0')).issuer).toBe(`${issuer.host.href}${tenantId}/`);
  expect((await keys.metadataOf(otherTenantId, '2.0')).issuer).toBe(
    `${issuer.host.href}${otherTenantId}/v2.0`,
  );
});

test('a new key is found by one request however many ask, and an unknown one is asked for once in 30 s', async () => {
  await keyOf('key-1');
  issuer.jwks.keys.push(publicJwk(rsaKey().publicKey, 'key-2'));
  const found = await Promise.all(Array.from({ length: 200 }, () => keyOf('key-2')));
  expect(found.every((key) => key !== undefined)).toBe(true);
  expect(fetches()).toBe(2);
  for (let second = 0; second < 60; second += 1) {
    expect(await keyOf(`unknown-${second}`)).toBeUndefined();
    now += 1_000;
  }
  expect(fetches()).toBe(3);
});

test('a new key right after a storm of unknown ones is accepted within 30 s', async () => {
  await keyOf('key-1');
  await keyOf('unknown');
  issuer.jwks.keys.push(publicJwk(rsaKey().publicKey, 'key-2'));
  expect(await keyOf('key-2')).toBeUndefined();
  now += 30_000;
  expect(await keyOf('key-2')).toBeDefined();
});

test('keys are refreshed behind the requests that use them, and a key that stays keeps its identity', async () => {
  const before = await keyOf('key-1');
  issuer.jwks.keys.push(publicJwk(rsaKey().publicKey, 'key-2'));
  now += 61 * 60_000;
  expect(await keyOf('key-1')).toBe(before);
  await until('a fetch in the background', () => fetches() === 2);
  await until('the new set', async () => (await keyOf('key-2')) !== undefined);
  expect((await keyOf('key-1'))?.key).toBe(before?.key);
});

test('an unknown key, which anybody can ask for, does not make good signatures be checked again', async () => {
  const before = await keyOf('key-1');
  expect(await keyOf('unknown')).toBeUndefined();
  expect(fetches()).toBe(2);
  expect((await keyOf('key-1'))?.key).toBe(before?.key);
});

test('unknown keys do not keep the metadata from being refreshed', async () => {
  await keyOf('key-1');
  for (let half = 0; half < 6; half += 1) {
    now += 30 * 60_000;
    await keyOf(`unknown-${half}`);
  }
  await until('metadata to be fetched again', () => issuer.count('openid-configuration') >= 3);
});

describe('when Entra is down', () => {
  beforeEach(() => issuer.respond('/keys', (_request, response) => response.writeHead(503).end()));

  test('nobody is told that a token is invalid, and with no key at hand Entra is asked once in 5 s', async () => {
    await expect(keyOf('key-1')).rejects.toMatchObject({
      code: 'unavailable',
      options: { logContext: { reason: 'status 503' } },
    });
    await expect(keyOf('key-1')).rejects.toMatchObject({ code: 'unavailable' });
    expect(fetches()).toBe(1);
    now += 5_000;
    issuer.respond('/keys', undefined);
    expect(await keyOf('key-1')).toBeDefined();
  });

  test('known keys serve for 24 h and no longer; an unknown one is a fault, not a refusal', async () => {
    issuer.respond('/keys', undefined);
    await keyOf('key-1');
    issuer.respond('/keys', (_request, response) => response.writeHead(503).end());
    now += 23 * 60 * 60_000;
    expect(await keyOf('key-1')).toBeDefined();
    now += 30_000;
    await expect(keyOf('unknown')).rejects.toMatchObject({ code: 'unavailable' });
    now += 60 * 60_000;
    await expect(keyOf('key-1')).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('a key set', () => {
  const { publicKey, privateKey } = rsaKey();
  const good = publicJwk(publicKey, 'good');
  const bad: [string, Record<string, unknown>][] = [
    ['for encryption', { ...good, kid: 'bad', use: 'enc' }],
    ['for another algorithm', { ...good, kid: 'bad', alg: 'RS512' }],
    ['of 1024 bits', publicJwk(rsaKey(1024).publicKey, 'bad')],
    ['with its private half', { ...privateKey.export({ format: 'jwk' }), kid: 'bad' }],
    ['with exponent 1', { ...good, kid: 'bad', e: 'AQ' }],
    ['with an even exponent', { ...good, kid: 'bad', e: 'AQAC' }],
    ['that is symmetric', { kty: 'oct', k: 'AAAA', kid: 'bad' }],
    [
      'on a curve',
      {
        ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }),
        kid: 'bad',
      },
    ],
    ['that is null', null as unknown as Record<string, unknown>],
  ];
  test.each(bad)('skips a key %s and keeps the good one beside it', async (_name, key) => {
    issuer.jwks.keys = [key, good];
    expect(await keyOf('good')).toBeDefined();
    now += 30_000;
    expect(await keyOf('bad')).toBeUndefined();
  });

  const unusable: [string, string][] = [
    ['HTML', '<html>'],
    ['no keys', '{}'],
    ['an empty list', '{"keys":[]}'],
    ['bad keys only', '{"keys":[{"kty":"oct","k":"AAAA","kid":"x"}]}'],
    ['600 KiB', `{"keys":[],"x":"${'x'.repeat(600 * 1024)}"}`],
  ];
  test.each(unusable)('of %s replaces nothing', async (_name, body) => {
    await keyOf('key-1');
    issuer.respond('/keys', (_request, response) => response.end(body));
    now += 30_000;
    await expect(keyOf('unknown')).rejects.toMatchObject({ code: 'unavailable' });
    expect(await keyOf('key-1')).toBeDefined();
  });

  test('that redirects is not followed', async () => {
    issuer.respond('/keys', (_request, response) =>
      response.writeHead(302, { location: `${issuer.host.href}canary` }).end(),
    );
    await expect(keyOf('key-1')).rejects.toMatchObject({ code: 'unavailable' });
    expect(issuer.count('canary')).toBe(0);
  });

  test('that the metadata places on another host is not fetched', async () => {
    issuer.respond('openid-configuration', (_request, response) =>
      response.end(
        JSON.stringify({
          issuer: `${issuer.host.href}${tenantId}/v2.0`,
          jwks_uri: 'https://elsewhere.example/keys',
          token_endpoint: `${issuer.host.href}x`,
        }),
      ),
    );
    await expect(keyOf('key-1')).rejects.toMatchObject({ code: 'unavailable' });
  });
});

test.each([
  ['an object that is no text', { toString: 'no function' }],
  ['a list of it', (issuer: string) => [issuer]],
  ['null', null],
  ['a number', 7],
])('metadata whose issuer is %s is a fault of Entra and not of ours', async (_name, wrong) => {
  issuer.respond('openid-configuration', (_request, response) =>
    response.end(
      JSON.stringify({
        issuer: typeof wrong === 'function' ? wrong(`${issuer.host.href}${tenantId}/v2.0`) : wrong,
        jwks_uri: `${issuer.host.href}discovery/v2.0/keys`,
        token_endpoint: `${issuer.host.href}token`,
      }),
    ),
  );
  await expect(keyOf('key-1')).rejects.toMatchObject({
    code: 'unavailable',
    options: { logContext: { check: 'metadata' } },
  });
});

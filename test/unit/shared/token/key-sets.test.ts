import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { getGlobalDispatcher, MockAgent, setGlobalDispatcher } from 'undici';
import { createKeys, type Keys } from '../../../../shared/token/keys.ts';
import { fetchMetadata } from '../../../../shared/token/metadata.ts';
import { type Issuer, publicJwk, rsaKey, startIssuer, tenantId } from '../../../support/issuer.ts';

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
const { publicKey } = rsaKey();
const good = publicJwk(publicKey, 'good');
const answerKeys = (body: object, status = 200) =>
  issuer.respond('/keys', (_request, response) =>
    response.writeHead(status).end(JSON.stringify(body)),
  );

test('while the keys cannot be fetched no unknown key is a refusal, and Entra is asked once in 30 s', async () => {
  await keyOf('key-1');
  answerKeys({}, 503);
  for (let second = 0; second < 60; second += 1) {
    await expect(keyOf(`unknown-${second}`)).rejects.toMatchObject({ code: 'unavailable' });
    now += 1_000;
  }
  expect(fetches()).toBe(1 + 2);
});

test('a clock that steps back keeps no new key away', async () => {
  await keyOf('key-1');
  expect(await keyOf('unknown')).toBeUndefined();
  now -= 3_600_000;
  issuer.jwks.keys.push(publicJwk(rsaKey().publicKey, 'key-2'));
  expect(await keyOf('key-2')).toBeDefined();
});

describe('in a key set', () => {
  const bad: [string, Record<string, unknown>][] = [
    ...['p', 'q', 'dp', 'dq', 'qi', 'k'].map((part): [string, Record<string, unknown>] => [
      `with the private part ${part}`,
      { [part]: 'AQAB' },
    ]),
    ['whose issuer is no text', { issuer: 7 }],
    ['with an exponent of 40 bits', { e: Buffer.from('0100000001', 'hex').toString('base64url') }],
    ['with an exponent that is no text', { e: 65_537 }],
    ['whose id is no text', { kid: 7 }],
  ];
  test.each(bad)(
    'a key %s is skipped, and the good one beside it is not',
    async (_name, changes) => {
      answerKeys({ keys: [{ ...good, kid: 'bad', ...changes }, good] });
      expect(await keyOf('good')).toBeDefined();
      expect(await keyOf('bad')).toBeUndefined();
    },
  );

  test('of two keys with one id the first counts', async () => {
    answerKeys({
      keys: [
        { ...good, issuer: 'first' },
        { ...good, issuer: 'second' },
      ],
    });
    expect((await keyOf('good'))?.keyIssuer).toBe('first');
  });

  test('the place for the tenant in a key’s issuer is filled in', async () => {
    answerKeys({ keys: [{ ...good, issuer: 'https://login.example/{tenantid}/v2.0' }] });
    expect((await keyOf('good'))?.keyIssuer).toBe(`https://login.example/${tenantId}/v2.0`);
  });
});

test('a set that is good but over 512 KiB is not taken', async () => {
  answerKeys({ keys: [good], padding: 'x'.repeat(512 * 1024) });
  await expect(keyOf('good')).rejects.toMatchObject({
    code: 'unavailable',
    options: { logContext: { reason: 'too_large' } },
  });
});

test.each([201, 203, 404])('a good set that comes with status %i is not taken', async (status) => {
  answerKeys({ keys: [good] }, status);
  await expect(keyOf('good')).rejects.toMatchObject({
    options: { logContext: { check: 'keys', reason: `status ${status}` } },
  });
});

test.each([
  ['a token endpoint on another host', { token_endpoint: 'https://elsewhere.example/token' }],
  ['no token endpoint', { token_endpoint: undefined }],
  ['no place for the keys', { jwks_uri: undefined }],
  [
    'the issuer of another tenant',
    { issuer: 'https://login.example/fab21ca0-0000-4000-8000-00000000fab1/v2.0' },
  ],
  ['keys that are fetched in the clear', { jwks_uri: 'http://login.example/keys' }],
])('metadata with %s is not from this authority', async (_name, changes) => {
  const own = getGlobalDispatcher();
  const agent = new MockAgent();
  agent.disableNetConnect();
  setGlobalDispatcher(agent);
  const document = {
    issuer: `https://login.example/${tenantId}/v2.0`,
    jwks_uri: 'https://login.example/keys',
    token_endpoint: 'https://login.example/token',
  };
  const reply = (body: object) =>
    agent
      .get('https://login.example')
      .intercept({ path: /openid-configuration/ })
      .reply(200, JSON.stringify(body));
  try {
    reply(document);
    expect((await fetchMetadata(new URL('https://login.example'), tenantId, '2.0')).issuer).toBe(
      document.issuer,
    );
    reply({ ...document, ...changes });
    await expect(
      fetchMetadata(new URL('https://login.example'), tenantId, '2.0'),
    ).rejects.toMatchObject({
      options: { logContext: { reason: 'not from this authority' } },
    });
  } finally {
    setGlobalDispatcher(own);
    await agent.close();
  }
});

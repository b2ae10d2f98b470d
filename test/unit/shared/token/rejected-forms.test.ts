import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Validate } from '../../../../shared/token/validate.ts';
import { appendSignature, base64url, decodeJwt, rsa } from '../../../../tools/attack/forge.ts';
import { type Issuer, rsaKey, sign, startIssuer } from '../../../support/issuer.ts';
import { createTestValidator, now, outcomeOf } from './validator-under-test.ts';

/** The segments of a valid token. */
type Segments = { readonly header: string; readonly payload: string; readonly signature: string };

let issuer: Issuer;
let validate: Validate;

beforeAll(async () => {
  issuer = await startIssuer(() => now);
});
beforeEach(() => {
  validate = createTestValidator(issuer);
});
afterAll(() => issuer.close());

async function goodSegments(): Promise<Segments> {
  const [header, payload, signature] = decodeJwt(await issuer.token()).segments;
  return { header, payload, signature };
}

describe('the header', () => {
  test.each([
    { name: 'another typ', header: { typ: 'id+jwt' }, check: 'typ' },
    { name: 'no typ', header: { typ: undefined }, check: 'typ' },
    { name: 'no kid', header: { kid: undefined }, check: 'kid' },
    { name: 'a path as kid', header: { kid: '../../etc/passwd' }, check: 'kid' },
    { name: 'an unknown kid', header: { kid: 'key-9' }, check: 'key' },
    { name: 'jwk', header: { jwk: { kty: 'RSA' } }, check: 'embedded-key' },
    { name: 'jku', header: { jku: 'http://localhost:1/' }, check: 'embedded-key' },
    { name: 'x5u', header: { x5u: 'http://localhost:1/' }, check: 'embedded-key' },
    { name: 'x5c', header: { x5c: ['AA'] }, check: 'embedded-key' },
    { name: 'zip', header: { zip: 'DEF' }, check: 'extension' },
    { name: 'a nonce, as in tokens for Microsoft Graph', header: { nonce: 'x' }, check: 'nonce' },
  ])('with $name is rejected by the check "$check"', async ({ header, check }) => {
    const token = await issuer.token({}, header);
    expect(await outcomeOf(validate, token)).toBe(`invalid_token: ${check}`);
  });

  /** Replaces members of the header without signing the token again. */
  async function withHeader(changes: object): Promise<string> {
    const { header, segments } = decodeJwt(await issuer.token());
    const [, payload, signature] = segments;
    return `${base64url({ ...header, ...changes })}.${payload}.${signature}`;
  }

  test.each([
    { name: 'crit', changes: { crit: ['x'] } },
    { name: 'b64', changes: { b64: false, crit: ['b64'] } },
  ])('with $name is rejected by the check "extension"', async ({ changes }) => {
    const token = await withHeader(changes);
    expect(await outcomeOf(validate, token)).toBe('invalid_token: extension');
  });

  test.each([
    'none',
    'None',
    'nOnE',
    'HS256',
    'RS384',
    'RS512',
    'PS256',
    'ES256',
    'EdDSA',
    7,
    undefined,
  ])('with the algorithm %p is rejected by the check "alg"', async (alg) => {
    expect(await outcomeOf(validate, await withHeader({ alg }))).toBe('invalid_token: alg');
  });
});

describe('the signature', () => {
  test('with RS512 and the correct key is rejected', async () => {
    const token = await issuer.token({}, { alg: 'RS512' });
    expect(await outcomeOf(validate, token)).toBe('invalid_token: alg');
  });

  test('with ES256 is rejected', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const token = await sign({}, { alg: 'ES256' }, privateKey);
    expect(await outcomeOf(validate, token)).toBe('invalid_token: alg');
  });

  test('with another key under the same id is rejected', async () => {
    const token = await issuer.token({}, {}, rsaKey().privateKey);
    expect(await outcomeOf(validate, token)).toBe('invalid_token: signature');
  });

  test('with any changed bit is rejected', async () => {
    const { header, payload, signature } = await goodSegments();
    const bytes = Buffer.from(signature, 'base64url');
    // Every 37th byte, which includes the first and nearly the last one.
    for (let position = 0; position < bytes.length; position += 37) {
      const changed = Buffer.from(bytes);
      changed[position] = (changed[position] ?? 0) ^ 1;
      const token = `${header}.${payload}.${base64url(changed)}`;
      expect(await outcomeOf(validate, token)).toBe('invalid_token: signature');
    }
  });

  test.each([
    { name: 'of zeros', signature: base64url(Buffer.alloc(256)) },
    { name: 'of one byte', signature: 'AA' },
  ])('$name is rejected', async ({ signature }) => {
    const { header, payload } = await goodSegments();
    const token = `${header}.${payload}.${signature}`;
    expect(await outcomeOf(validate, token)).toBe('invalid_token: signature');
  });
});

test.each<{ name: string; change: (good: Segments) => readonly string[] }>([
  { name: 'one segment', change: () => ['opaque'] },
  { name: 'two segments', change: ({ header, payload }) => [header, payload] },
  { name: 'an empty signature', change: ({ header, payload }) => [header, payload, ''] },
  { name: 'an empty header', change: ({ payload, signature }) => ['', payload, signature] },
  { name: 'an empty payload', change: ({ header, signature }) => [header, '', signature] },
  {
    name: 'four segments',
    change: ({ header, payload, signature }) => [header, payload, signature, 'x'],
  },
  {
    name: 'five segments',
    change: ({ header, payload, signature }) => [header, payload, signature, 'x', 'y'],
  },
  {
    name: 'padding',
    change: ({ header, payload, signature }) => [header, `${payload}=`, signature],
  },
  {
    name: 'standard base64',
    change: ({ header, payload, signature }) => [
      header,
      payload,
      `${signature.replace(/[-_]/g, '+')}/`,
    ],
  },
  {
    name: 'an array as header',
    change: ({ payload, signature }) => [base64url('[]'), payload, signature],
  },
  {
    name: 'an array as payload',
    change: ({ header, signature }) => [header, base64url('[]'), signature],
  },
  {
    name: 'incomplete JSON',
    change: ({ header, signature }) => [header, base64url('{'), signature],
  },
  {
    name: 'null as payload',
    change: ({ header, signature }) => [header, base64url('null'), signature],
  },
  {
    name: 'a space',
    change: ({ header, payload, signature }) => [`${header} `, payload, signature],
  },
  {
    name: 'invalid UTF-8',
    change: ({ payload, signature }) => [base64url(Buffer.from([0xff, 0xfe])), payload, signature],
  },
])('a token with $name is rejected by the check "form"', async ({ change }) => {
  const token = change(await goodSegments()).join('.');
  expect(await outcomeOf(validate, token)).toBe('invalid_token: form');
});

test('a token of more than 16 KiB is rejected by the check "size"', async () => {
  const { header, signature } = await goodSegments();
  const token = `${header}.${'A'.repeat(20_000)}.${signature}`;
  expect(await outcomeOf(validate, token)).toBe('invalid_token: size');
});

describe('a payload with a valid signature', () => {
  /** Signs a payload that consists of these bytes. */
  async function withPayload(change: (good: string) => Buffer): Promise<string> {
    const { header, claims } = decodeJwt(await issuer.token());
    const payload = change(JSON.stringify(claims));
    return appendSignature(`${base64url(header)}.${base64url(payload)}`, rsa(issuer.privateKey));
  }

  test('that is valid is accepted', async () => {
    const token = await withPayload((good) => Buffer.from(good));
    expect(await outcomeOf(validate, token)).toBe('accepted');
  });

  test.each<{ name: string; change: (good: string) => Buffer }>([
    { name: 'with a byte order mark', change: (good) => Buffer.from(`\uFEFF${good}`) },
    {
      name: 'with invalid UTF-8',
      change: (good) => Buffer.from(good.replace('{', '{"x":"\u00e9",'), 'latin1'),
    },
    { name: 'that is an array', change: (good) => Buffer.from(`[${good}]`) },
  ])('$name is rejected by the check "form"', async ({ change }) => {
    expect(await outcomeOf(validate, await withPayload(change))).toBe('invalid_token: form');
  });
});

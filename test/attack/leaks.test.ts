import { expect, test } from '@jest/globals';
import { assertNoLeaks, findLeaks } from '../../tools/attack/leaks.ts';

const header = Buffer.from('{"typ":"JWT","alg":"RS256"}').toString('base64url');
const payload = Buffer.from('{"sub":"somebody"}').toString('base64url');
const token = `${header}.${payload}.c2lnbmF0dXJl`;

test.each([
  { kind: 'JWT', text: `token ${token} was refused` },
  { kind: 'JWT', text: `{"assertion":"${token}"}` },
  { kind: 'JWT', text: 'the payload alone: eyJhdWQiOiIwMjE5YTEwMC0wMDAwLTQwMDAifQ' },
  { kind: 'bearer credentials', text: 'authorization: Bearer abcdefghijklmnop' },
  {
    kind: 'bearer credentials',
    text: '"authorization":"SharedKeyLite devstoreaccount1:c2lnbmF0dXJl"',
  },
  { kind: 'PEM', text: '-----BEGIN PRIVATE KEY-----' },
  { kind: 'private JWK', text: '{"kty":"RSA","d":"aGVsbG8gd29ybGQgaGVsbG8"}' },
  { kind: 'private key', text: 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7' },
  {
    kind: 'storage key',
    text: `DefaultEndpointsProtocol=https;AccountName=x;AccountKey=${'A'.repeat(43)}=`,
  },
  {
    kind: 'storage key',
    text: 'https://x.table.core.windows.net/documents?sv=2019-02-02&sig=abcdefgh%2Bijkl%3D',
  },
  {
    kind: 'secret parameter',
    text: 'grant_type=refresh_token&client_secret=abc~defgh123',
  },
  { kind: 'secret parameter', text: 'client_assertion=abc~defgh123' },
  { kind: 'secret parameter', text: '{"access_token": "EwBAA8l6BAAU5"}' },
  { kind: 'e-mail', text: '{"user":"alice@contoso.example"}' },
  { kind: 'e-mail', text: 'gina_partner.example#EXT#@contoso.example' },
  { kind: 'e-mail', text: 'login_hint=alice%40contoso.example' },
  {
    kind: 'text of Entra',
    text: 'AADSTS65001: The user or administrator has not consented',
  },
  { kind: 'text of Entra', text: 'AADSTS50013 Assertion failed signature validation' },
  { kind: 'text of Entra', text: '"detail":"... Trace ID: 0000 Correlation ID: 0000"' },
  { kind: 'text of Entra', text: 'Timestamp: 2026-11-22 10:00:00Z' },
  {
    kind: 'stack frame',
    text: 'Error: x\n    at handle (file:///app/dist/functions.js:10:5)',
  },
  { kind: 'stack frame', text: '{"stack":"Error: x\\n    at async /app/functions.js:10:5"}' },
  { kind: 'stack frame', text: 'Error\n    at node:internal/main:1:1' },
  { kind: 'file path', text: 'ENOENT: /home/site/wwwroot/host.json' },
  { kind: 'file path', text: 'ENOENT: /proc/self/environ' },
  { kind: 'file path', text: 'C:\\Users\\somebody\\key.pem' },
  { kind: 'file path', text: 'cannot find node_modules/jose' },
  { kind: 'file path', text: 'D:/home/site/wwwroot/host.json' },
  { kind: 'file path', text: '/app/dist/functions.js is missing' },
  { kind: 'source position', text: 'thrown at functions.ts:12:3' },
])('finds a leak of the kind "$kind" in $text', ({ kind, text }) => {
  const leaks = findLeaks(`{"status":200}\n${text}\n{"status":200}`);
  expect(leaks.map((leak) => leak.kind)).toContain(kind);
});

test('finds a given secret and reports only its first characters', () => {
  const secret = 'hunter2-hunter2-hunter2';
  const leaks = findLeaks(`it is ${secret}`, [secret]);
  expect(leaks).toEqual([{ kind: 'known secret', excerpt: 'hunter2-hunt…' }]);
});

test('ignores an empty secret', () => {
  expect(findLeaks('any text', [''])).toEqual([]);
});

test.each([
  {
    title: 'a log line',
    text: JSON.stringify({
      api: 'original-api',
      method: 'GET',
      route: 'documents/{id}',
      status: 401,
      correlationId: '68418a50-1ab6-b9e4-5e32-fd4b1b98fd1f',
      check: 'signature',
      code: 'invalid_token',
    }),
  },
  {
    title: 'a problem body',
    text: JSON.stringify({
      type: 'urn:zero-trust-api-chain:invalid_token',
      title: 'Sign-in required',
      detail: 'The access token is invalid.',
    }),
  },
  {
    title: 'a challenge',
    text:
      'Bearer realm="0219a100-0000-4000-8000-0000000000a2", ' +
      'authorization_uri="http://localhost:7070/c0705000/oauth2/v2.0/authorize", ' +
      'error="invalid_token"',
  },
  {
    title: 'a log line about the token endpoint',
    text: JSON.stringify({
      aadsts: [65001],
      suberror: 'consent_required',
      url: 'http://localhost:7071/api/documents',
    }),
  },
  {
    title: 'prose about tokens',
    text:
      'Installed @azure/functions@4.16.5; the Authorization header must contain exactly one ' +
      'bearer token and nothing else.',
  },
])('finds no leak in $title', ({ text }) => {
  expect(findLeaks(text)).toEqual([]);
});

test('throws an error with the subject and the kinds of the leaks', () => {
  expect(() => assertNoLeaks('The log', ['fine', 'mail alice@contoso.example'])).toThrow(
    'The log must not contain: e-mail alice@contos…',
  );
});

test('does not throw for texts without leaks', () => {
  expect(() => assertNoLeaks('The log', ['fine'])).not.toThrow();
});

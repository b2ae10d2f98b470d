import { expect, test } from '@jest/globals';
import { scanForLeaks } from '../../tools/attack/leaks.ts';

const header = Buffer.from('{"typ":"JWT","alg":"RS256"}').toString('base64url');
const payload = Buffer.from('{"sub":"somebody"}').toString('base64url');

const planted: readonly (readonly [kind: string, text: string])[] = [
  ['JWT', `token ${header}.${payload}.c2lnbmF0dXJl was refused`],
  ['JWT', `{"assertion":"${header}.${payload}"}`],
  ['bearer credentials', 'authorization: Bearer abcdefghijklmnop'],
  ['bearer credentials', '"authorization":"SharedKeyLite devstoreaccount1:c2lnbmF0dXJl"'],
  ['PEM', '-----BEGIN PRIVATE KEY-----'],
  ['private JWK', '{"kty":"RSA","d":"aGVsbG8gd29ybGQgaGVsbG8"}'],
  ['secret parameter', 'grant_type=refresh_token&client_secret=abc~defgh123'],
  ['secret parameter', '{"access_token": "EwBAA8l6BAAU5"}'],
  ['e-mail', '{"user":"alice@contoso.example"}'],
  ['e-mail', 'gina_partner.example#EXT#@contoso.example'],
  ['text of Entra', 'AADSTS65001: The user or administrator has not consented'],
  ['text of Entra', '"detail":"... Trace ID: 0000 Correlation ID: 0000"'],
  ['text of Entra', 'Timestamp: 2026-11-22 10:00:00Z'],
  ['stack frame', 'Error: x\n    at answer (file:///app/dist/edge.js:10:5)'],
  ['stack frame', '{"stack":"Error: x\\n    at async /app/edge.js:10:5"}'],
  ['stack frame', 'Error\n    at node:internal/main:1:1'],
  ['file path', 'ENOENT: /home/site/wwwroot/host.json'],
  ['file path', 'C:\\Users\\somebody\\key.pem'],
  ['file path', 'cannot find node_modules/jose'],
  ['source position', 'thrown at edge.ts:12:3'],
  ['JWT', 'the payload alone: eyJhdWQiOiIwMjE5YTEwMC0wMDAwLTQwMDAifQ'],
  ['private key', 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7'],
  [
    'storage key',
    'DefaultEndpointsProtocol=https;AccountName=x;AccountKey=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=',
  ],
  [
    'storage key',
    'https://x.table.core.windows.net/documents?sv=2019-02-02&sig=abcdefgh%2Bijkl%3D',
  ],
  ['e-mail', 'login_hint=alice%40contoso.example'],
  ['text of Entra', 'AADSTS50013 Assertion failed signature validation'],
  ['file path', 'D:/home/site/wwwroot/host.json'],
  ['file path', '/app/dist/functions.js is missing'],
];

test.each(planted)('finds a planted %s: %s', (kind, text) => {
  expect(
    scanForLeaks(`{"status":200}\n${text}\n{"status":200}`).map((leak) => leak.kind),
  ).toContain(kind);
});

test('finds a secret of this run whatever it looks like, and does not repeat it', () => {
  const leaks = scanForLeaks('it is hunter2-hunter2-hunter2', ['hunter2-hunter2-hunter2', '']);
  expect(leaks).toEqual([{ kind: 'canary', begins: 'hunter2-hunt…' }]);
});

test.each([
  '{"api":"original-api","method":"GET","route":"documents/{id}","status":401,"correlationId":"68418a50-1ab6-b9e4-5e32-fd4b1b98fd1f","check":"signature","code":"invalid_token"}',
  '{"type":"urn:zero-trust-api-chain:invalid_token","title":"Sign-in needed","detail":"The access token is invalid."}',
  'Bearer realm="0219a100-0000-4000-8000-0000000000a2", authorization_uri="http://localhost:7070/c0705000/oauth2/v2.0/authorize", error="invalid_token"',
  '{"aadsts":[65001],"suberror":"consent_required","url":"http://localhost:7071/api/documents"}',
  'Installed @azure/functions@4.16.5; the Authorization header must hold exactly one bearer token and nothing else.',
])('finds nothing in %s', (text) => {
  expect(scanForLeaks(text)).toEqual([]);
});

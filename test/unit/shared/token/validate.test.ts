import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ApiError } from '../../../../shared/api-error.ts';
import { redact } from '../../../../shared/redacted.ts';
import { userAssertion } from '../../../../shared/token/caller.ts';
import { createKeys } from '../../../../shared/token/keys.ts';
import { createValidator, type Validate } from '../../../../shared/token/validate.ts';
import {
  alice,
  audience,
  clientApp,
  type Issuer,
  otherTenantId,
  publicJwk,
  rsaKey,
  sign,
  startIssuer,
  tenantId,
} from '../../../support/issuer.ts';

let issuer: Issuer;
let validate: Validate;
let now = Date.UTC(2026, 10, 22);
const seconds = () => Math.floor(now / 1_000);

beforeAll(async () => {
  issuer = await startIssuer(() => now);
  validate = createValidator({
    keys: createKeys({ authorityHost: issuer.host, now: () => now }),
    tenantIds: [tenantId],
    audience,
    now: () => now,
  });
});
afterAll(() => issuer.close());

/** The check that a token fails, and the code it is denied with. */
async function failureOf(token: string): Promise<string> {
  const apiError: unknown = await validate(redact(token)).then(
    () => 'accepted',
    (error: unknown) => error,
  );
  if (!(apiError instanceof ApiError)) return String(apiError);
  return `${apiError.code}: ${String(apiError.options.logContext?.check)}`;
}

const b64 = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

describe('accepts', () => {
  const good: [string, Record<string, unknown>, Record<string, unknown>?][] = [
    ['a v2 token', {}],
    ['a v1 token', { ver: '1.0' }],
    ['a v1 token whose audience is the bare client id', { ver: '1.0', aud: audience }],
    ['an audience in a list of one', { aud: [audience] }],
    ['a token that expired 55 s ago', { exp: seconds() - 55 }],
    ['a token that begins 55 s from now', { nbf: seconds() + 55, iat: seconds() + 55 }],
    [
      'dates with a fraction',
      { exp: seconds() + 60.5, nbf: seconds() - 1.5, iat: seconds() - 1.5 },
    ],
    [
      'a token of 28 h, as continuous access evaluation makes them',
      { exp: seconds() + 28 * 3_600 },
    ],
    ['the type at+jwt', {}, { typ: 'at+jwt' }],
    [
      '200 groups, 12 KiB',
      {
        groups: Array.from(
          { length: 200 },
          (_, index) => `${tenantId.slice(0, -4)}${1_000 + index}`,
        ),
      },
    ],
    [
      'claims nobody knows, and names beyond the BMP',
      { name: '𝒜lice 👩‍💻', anything: { nested: [1, null] } },
    ],
    ['a token without idtyp', { idtyp: undefined }],
  ];
  test.each(good)('%s', async (_name, claims, header = {}) => {
    expect(await validate(redact(await issuer.token(claims, header)))).toMatchObject({
      tenantId,
      objectId: alice,
      clientId: clientApp,
    });
  });
});

describe('refuses', () => {
  const claims: [string, Record<string, unknown>, string][] = [
    ['another tenant that is not allowed', { tid: otherTenantId }, 'invalid_token: tenant'],
    [
      'a tenant id that the issuer does not name',
      { iss: () => `${issuer.host.href}${otherTenantId}/v2.0` },
      'invalid_token: issuer',
    ],
    [
      'an issuer with a slash at its end',
      { iss: () => `${issuer.host.href}${tenantId}/v2.0/` },
      'invalid_token: issuer',
    ],
    [
      'an issuer of another host',
      { iss: `https://login.microsoftonline.com/${tenantId}/v2.0` },
      'invalid_token: issuer',
    ],
    ['an issuer that is missing', { iss: undefined }, 'invalid_token: issuer'],
    [
      'an issuer in a list',
      { iss: () => [`${issuer.host.href}${tenantId}/v2.0`] },
      'invalid_token: issuer',
    ],
    [
      'a v1 issuer in a v2 token',
      { iss: () => `${issuer.host.href}${tenantId}/` },
      'invalid_token: issuer',
    ],
    ['no version', { ver: undefined }, 'invalid_token: version'],
    ['another version', { ver: '3.0' }, 'invalid_token: version'],
    [
      'an audience of another API',
      { aud: 'd0375100-0000-4000-8000-0000000000a3' },
      'invalid_token: audience',
    ],
    ['an audience as a URI in a v2 token', { aud: `api://${audience}` }, 'invalid_token: audience'],
    ['two audiences', { aud: [audience, audience] }, 'invalid_token: audience'],
    ['an audience in upper case', { aud: audience.toUpperCase() }, 'invalid_token: audience'],
    ['an audience with more behind it', { aud: `${audience} x` }, 'invalid_token: audience'],
    ['no audience', { aud: undefined }, 'invalid_token: audience'],
    ['an audience that is an object', { aud: {} }, 'invalid_token: audience'],
    ['expired 61 s ago', { exp: seconds() - 61 }, 'invalid_token: expiry'],
    ['no expiry', { exp: undefined }, 'invalid_token: lifetime'],
    ['expiry as a text', { exp: String(seconds() + 60) }, 'invalid_token: lifetime'],
    ['expiry 0', { exp: 0, nbf: 0, iat: 0 }, 'invalid_token: expiry'],
    ['not valid for 61 s more', { nbf: seconds() + 61 }, 'invalid_token: not-before'],
    ['issued 61 s from now', { iat: seconds() + 61 }, 'invalid_token: issued-at'],
    ['no nbf', { nbf: undefined }, 'invalid_token: lifetime'],
    ['no iat', { iat: undefined }, 'invalid_token: lifetime'],
    ['a life of more than 48 h', { exp: seconds() + 49 * 3_600 }, 'invalid_token: lifetime'],
    ['no oid', { oid: undefined }, 'invalid_token: user'],
    ['an oid that is no GUID', { oid: 'alice' }, 'invalid_token: user'],
    ['no sub', { sub: undefined }, 'invalid_token: user'],
    ['no azp', { azp: undefined }, 'invalid_token: actor'],
    [
      'a v1 actor in a v2 token',
      { azp: undefined, azpacr: undefined, appid: clientApp, appidacr: '0' },
      'invalid_token: actor',
    ],
    ['an azpacr nobody knows', { azpacr: '3' }, 'invalid_token: actor'],
    ['a scp that is a list', { scp: ['Documents.Read'] }, 'invalid_token: shape'],
    ['roles that are a number', { roles: 7 }, 'invalid_token: shape'],
    ['an ID token: no scp', { scp: undefined, azp: clientApp }, 'invalid_token: kind'],
    ['an app-only token', { idtyp: 'app', scp: undefined }, 'insufficient_scope: kind'],
    [
      'an app-only token that does not say so',
      { idtyp: undefined, scp: undefined, roles: ['Everything.All'] },
      'insufficient_scope: kind',
    ],
    ['an app-only token that claims scopes', { idtyp: 'app' }, 'insufficient_scope: kind'],
    ['a kind nobody knows', { idtyp: 'device' }, 'invalid_token: kind'],
    [
      'SCP and Aud in the wrong case',
      { scp: undefined, aud: undefined, SCP: 'Documents.Read', Aud: audience },
      'invalid_token: audience',
    ],
  ];
  test.each(claims)('%s', async (_name, changes, expected) => {
    const resolved = Object.fromEntries(
      Object.entries(changes).map(([name, value]) => [
        name,
        typeof value === 'function' ? value() : value,
      ]),
    );
    expect(await failureOf(await issuer.token(resolved))).toBe(expected);
  });

  const headers: [string, Record<string, unknown>, string][] = [
    ['typ of something else', { typ: 'id+jwt' }, 'typ'],
    ['no typ', { typ: undefined }, 'typ'],
    ['no kid', { kid: undefined }, 'kid'],
    ['a kid that is a path', { kid: '../../etc/passwd' }, 'kid'],
    ['a kid that is unknown', { kid: 'key-9' }, 'key'],
    ['jwk', { jwk: { kty: 'RSA' } }, 'embedded-key'],
    ['jku', { jku: 'http://localhost:1/' }, 'embedded-key'],
    ['x5u', { x5u: 'http://localhost:1/' }, 'embedded-key'],
    ['x5c', { x5c: ['AA'] }, 'embedded-key'],
    ['zip', { zip: 'DEF' }, 'extension'],
    ['a nonce: a token of Microsoft Graph', { nonce: 'x' }, 'nonce'],
  ];
  test.each(headers)('header: %s', async (_name, header, check) => {
    expect(await failureOf(await issuer.token({}, header))).toBe(`invalid_token: ${check}`);
  });

  test('header: crit, b64 and other algorithms', async () => {
    const [header, payload, signature] = (await issuer.token()).split('.');
    const original = JSON.parse(Buffer.from(header as string, 'base64url').toString());
    const withHeader = (changes: object) =>
      `${b64({ ...original, ...changes })}.${payload}.${signature}`;
    expect(await failureOf(withHeader({ crit: ['x'] }))).toBe('invalid_token: extension');
    expect(await failureOf(withHeader({ b64: false, crit: ['b64'] }))).toBe(
      'invalid_token: extension',
    );
    for (const alg of [
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
    ]) {
      expect(await failureOf(withHeader({ alg }))).toBe('invalid_token: alg');
    }
  });

  test('a token signed with RS512 by the right key, and one by another key under the same kid', async () => {
    expect(await failureOf(await issuer.token({}, { alg: 'RS512' }))).toBe('invalid_token: alg');
    expect(await failureOf(await issuer.token({}, {}, rsaKey().privateKey))).toBe(
      'invalid_token: signature',
    );
    expect(
      await failureOf(
        await sign(
          {},
          { alg: 'ES256' },
          generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
        ),
      ),
    ).toBe('invalid_token: alg');
  });

  test('whatever is not three canonical base64url segments of JSON objects', async () => {
    const good = await issuer.token();
    const [header = '', payload = '', signature = ''] = good.split('.');
    const bad = [
      'opaque',
      `${header}.${payload}`,
      `${header}.${payload}.`,
      `.${payload}.${signature}`,
      `${header}..${signature}`,
      `${good}.x`,
      `${good}.x.y`,
      `${header}.${payload}=.${signature}`,
      `${header}.${payload}.${signature.replace(/[-_]/g, '+')}/`,
      `${b64('[]')}.${payload}.${signature}`,
      `${header}.${b64('[]')}.${signature}`,
      `${header}.${b64('{')}.${signature}`,
      `${header}.${b64('null')}.${signature}`,
      `${header} .${payload}.${signature}`,
      `${Buffer.from([0xff, 0xfe]).toString('base64url')}.${payload}.${signature}`,
    ];
    for (const token of bad) expect(await failureOf(token)).toMatch(/^invalid_token: form$/);
    expect(await failureOf(`${header}.${'A'.repeat(20_000)}.${signature}`)).toBe(
      'invalid_token: size',
    );
  });

  test('a signature with any bit changed, or none of its bytes right', async () => {
    const [header, payload, signature = ''] = (await issuer.token()).split('.');
    const bytes = Buffer.from(signature, 'base64url');
    for (let at = 0; at < bytes.length; at += 37) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(await failureOf(`${header}.${payload}.${changed.toString('base64url')}`)).toBe(
        'invalid_token: signature',
      );
    }
    expect(await failureOf(`${header}.${payload}.${Buffer.alloc(256).toString('base64url')}`)).toBe(
      'invalid_token: signature',
    );
    expect(await failureOf(`${header}.${payload}.AA`)).toBe('invalid_token: signature');
  });

  test('a token that was good before, once it has expired', async () => {
    const token = await issuer.token();
    await validate(redact(token));
    now += 3_661_000;
    expect(await failureOf(token)).toBe('invalid_token: expiry');
    now -= 3_661_000;
    expect(await failureOf(token)).toBe('accepted');
  });

  test('a key published for another issuer', async () => {
    const { publicKey, privateKey } = rsaKey();
    issuer.jwks.keys.push({
      ...publicJwk(publicKey, 'foreign'),
      issuer: `https://login.microsoftonline.com/${otherTenantId}/v2.0`,
    });
    now += 31_000;
    expect(await failureOf(await issuer.token({}, { kid: 'foreign' }, privateKey))).toBe(
      'invalid_token: key-issuer',
    );
  });
});

test('the caller says who calls and holds no token, and only validation makes one', async () => {
  const token = await issuer.token({
    xms_cc: ['CP1'],
    acrs: ['c1'],
    roles: ['Profiles.Manage'],
    upn: 'alice@contoso.example',
  });
  const caller = await validate(redact(token));
  expect(caller).toMatchObject({
    scopes: ['Documents.Read', 'Profile.Read'],
    roles: ['Profiles.Manage'],
    handlesChallenges: true,
    authContexts: ['c1'],
    confidential: false,
  });
  expect(JSON.stringify(caller)).not.toContain(token.slice(-20));
  expect(JSON.stringify(caller)).not.toContain('@');
  expect(String(userAssertion(caller))).toBe('[redacted]');
  expect(() => userAssertion({ ...caller })).toThrow('not created by token validation');
  // However it is copied, whoever it then says it is: what it proves is tied to the one that validation made.
  const copies = [
    structuredClone({ ...caller }),
    Object.create(caller),
    Object.defineProperties({}, Object.getOwnPropertyDescriptors(caller)),
    Object.create(null, {
      ...Object.getOwnPropertyDescriptors(caller),
      objectId: { value: otherTenantId, enumerable: true },
    }),
  ];
  for (const copy of copies)
    expect(() => userAssertion(copy)).toThrow('not created by token validation');
});

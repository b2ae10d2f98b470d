import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { redact } from '../../../../shared/redacted.ts';
import { type Caller, userAssertion } from '../../../../shared/token/caller.ts';
import { createTestClock, type TestClock } from '../../../support/clock.ts';
import {
  alice,
  audience,
  clientApp,
  type Issuer,
  otherTenantId,
  publicJwk,
  rsaKey,
  startIssuer,
  tenantId,
} from '../../../support/issuer.ts';
import { createTestValidator, hour, now, outcomeOf, seconds } from './validator-under-test.ts';

let issuer: Issuer;
let clock: TestClock;

beforeEach(async () => {
  clock = createTestClock(now);
  issuer = await startIssuer(clock.now);
});
afterEach(() => issuer.close());

const createValidate = () => createTestValidator(issuer, clock.now);

const groups = Array.from(
  { length: 200 },
  (_, index) => `${tenantId.slice(0, -4)}${1_000 + index}`,
);

test.each<{
  name: string;
  claims?: Readonly<Record<string, unknown>>;
  header?: Readonly<Record<string, unknown>>;
}>([
  { name: 'of version 2' },
  { name: 'of version 1', claims: { ver: '1.0' } },
  { name: 'of version 1 with a client id as audience', claims: { ver: '1.0', aud: audience } },
  { name: 'with an array of one audience', claims: { aud: [audience] } },
  { name: 'that expired 55 s ago', claims: { exp: seconds - 55 } },
  {
    name: 'that becomes valid in 55 s',
    claims: { nbf: seconds + 55, iat: seconds + 55 },
  },
  {
    name: 'with fractions of seconds',
    claims: { exp: seconds + 60.5, nbf: seconds - 1.5, iat: seconds - 1.5 },
  },
  {
    name: 'for 28 h, as continuous access evaluation issues them',
    claims: { exp: seconds + 28 * hour },
  },
  { name: 'with the type at+jwt', header: { typ: 'at+jwt' } },
  { name: 'with 200 groups, which is 12 KiB long', claims: { groups } },
  {
    name: 'with unknown claims and characters outside the BMP',
    claims: { name: '𝒜lice 👩‍💻', anything: { nested: [1, null] } },
  },
  { name: 'without idtyp', claims: { idtyp: undefined } },
])('a token $name is accepted', async ({ claims, header }) => {
  const caller = await createValidate()(redact(await issuer.token(claims, header)));
  expect(caller).toMatchObject({ tenantId, objectId: alice, clientId: clientApp });
});

test('a token that was accepted before is rejected once it has expired', async () => {
  const validate = createValidate();
  const token = await issuer.token();
  expect(await outcomeOf(validate, token)).toBe('accepted');
  clock.advance((hour + 61) * 1_000);
  expect(await outcomeOf(validate, token)).toBe('invalid_token: expiry');
});

test('a failed validation of a known token does not make later ones fail', async () => {
  const validate = createValidate();
  const token = await issuer.token();
  await validate(redact(token));
  clock.advance((hour + 61) * 1_000);
  await outcomeOf(validate, token);
  clock.advance(-(hour + 61) * 1_000);
  expect(await outcomeOf(validate, token)).toBe('accepted');
});

test('a token that is signed with a key for another issuer is rejected', async () => {
  const { publicKey, privateKey } = rsaKey();
  issuer.jwks.keys.push({
    ...publicJwk(publicKey, 'foreign'),
    issuer: `https://login.microsoftonline.com/${otherTenantId}/v2.0`,
  });
  const token = await issuer.token({}, { kid: 'foreign' }, privateKey);
  expect(await outcomeOf(createValidate(), token)).toBe('invalid_token: key-issuer');
});

describe('the caller', () => {
  const validateToken = async () => {
    const token = await issuer.token({
      xms_cc: ['CP1'],
      acrs: ['c1'],
      roles: ['Profiles.Manage'],
      upn: 'alice@contoso.example',
    });
    return { token, caller: await createValidate()(redact(token)) };
  };

  test('describes the user and the app', async () => {
    const { caller } = await validateToken();
    expect(caller).toMatchObject({
      scopes: ['Documents.Read', 'Profile.Read'],
      roles: ['Profiles.Manage'],
      handlesChallenges: true,
      authContexts: ['c1'],
      confidential: false,
    });
  });

  test('exposes neither the token nor an e-mail address', async () => {
    const { token, caller } = await validateToken();
    expect(JSON.stringify(caller)).not.toContain(token.slice(-20));
    expect(JSON.stringify(caller)).not.toContain('@');
  });

  test('is bound to its token', async () => {
    const { caller } = await validateToken();
    expect(String(userAssertion(caller))).toBe('[redacted]');
  });

  test.each<{ name: string; copy: (caller: Caller) => Caller }>([
    { name: 'of its properties', copy: (caller) => ({ ...caller }) },
    { name: 'by structuredClone', copy: (caller) => structuredClone({ ...caller }) },
    { name: 'that inherits from it', copy: (caller) => Object.create(caller) },
    {
      name: 'with all of its property descriptors',
      copy: (caller) =>
        Object.defineProperties({}, Object.getOwnPropertyDescriptors(caller)) as Caller,
    },
    {
      name: 'with all of its property descriptors and another user',
      copy: (caller) =>
        Object.create(null, {
          ...Object.getOwnPropertyDescriptors(caller),
          objectId: { value: otherTenantId, enumerable: true },
        }),
    },
  ])('loses its token in a copy $name', async ({ copy }) => {
    const { caller } = await validateToken();
    expect(() => userAssertion(copy(caller))).toThrow('not created by token validation');
  });
});

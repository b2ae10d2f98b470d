import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { redact } from '../../../../shared/redacted.ts';
import { createKeys } from '../../../../shared/token/keys.ts';
import { createValidator } from '../../../../shared/token/validate.ts';
import {
  audience,
  type Issuer,
  publicJwk,
  rsaKey,
  startIssuer,
  tenantId,
} from '../../../support/issuer.ts';

const { subtle } = globalThis.crypto;
const verify = subtle.verify;
let issuer: Issuer;
let now = Date.UTC(2026, 10, 22);
let verifications = 0;

beforeEach(async () => {
  now = Date.UTC(2026, 10, 22);
  issuer = await startIssuer(() => now);
  verifications = 0;
  subtle.verify = (...given: Parameters<typeof verify>) => {
    verifications += 1;
    return verify.apply(subtle, given);
  };
});
afterEach(async () => {
  subtle.verify = verify;
  await issuer.close();
});

function setUp() {
  const keys = createKeys({ authorityHost: issuer.host, now: () => now });
  const validate = createValidator({ keys, tenantIds: [tenantId], audience, now: () => now });
  return (token: string) =>
    validate(redact(token)).then(
      () => 'accepted',
      (apiError: { options?: { logContext?: { check?: string } } }) =>
        apiError.options?.logContext?.check,
    );
}

test('a good signature is checked once, however often strangers make us fetch the keys', async () => {
  const validate = setUp();
  const token = await issuer.token();
  expect(await validate(token)).toBe('accepted');
  for (let half = 1; half <= 10; half += 1) {
    now += 30_000;
    expect(await validate(await issuer.token({}, { kid: `unknown-${half}` }))).toBe('key');
    expect(await validate(token)).toBe('accepted');
  }
  expect(issuer.count('/discovery/v2.0/keys')).toBe(11);
  expect(verifications).toBe(1);
});

test('a token whose key was replaced under the same id is no longer good', async () => {
  const validate = setUp();
  const token = await issuer.token();
  expect(await validate(token)).toBe('accepted');
  issuer.jwks.keys = [publicJwk(rsaKey().publicKey, 'key-1')];
  now += 30_000;
  expect(await validate(await issuer.token({}, { kid: 'unknown' }))).toBe('key');
  expect(await validate(token)).toBe('signature');
});

test('a token whose key was withdrawn is no longer good', async () => {
  const validate = setUp();
  const token = await issuer.token();
  expect(await validate(token)).toBe('accepted');
  issuer.jwks.keys = [publicJwk(rsaKey().publicKey, 'key-2')];
  now += 30_000;
  expect(await validate(await issuer.token({}, { kid: 'unknown' }))).toBe('key');
  expect(await validate(token)).toBe('key');
});

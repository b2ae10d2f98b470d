import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { ApiError } from '../../../../shared/api-error.ts';
import { redact } from '../../../../shared/redacted.ts';
import { createKeys } from '../../../../shared/token/keys.ts';
import { createValidator } from '../../../../shared/token/validate.ts';
import { createTestClock, type TestClock } from '../../../support/clock.ts';
import {
  audience,
  type Issuer,
  publicJwk,
  rsaKey,
  startIssuer,
  tenantId,
} from '../../../support/issuer.ts';

/** Milliseconds between two fetches that unknown keys cause. */
const cooldown = 30_000;

let issuer: Issuer;
let clock: TestClock;

beforeEach(async () => {
  clock = createTestClock(Date.UTC(2026, 10, 22));
  issuer = await startIssuer(clock.now);
});
afterEach(async () => {
  jest.restoreAllMocks();
  await issuer.close();
});

/** Creates a validator that returns `accepted`, or the check that rejects the token. */
function createOutcome() {
  const keys = createKeys({ authorityHost: issuer.host, now: clock.now });
  const validate = createValidator({ keys, tenantIds: [tenantId], audience, now: clock.now });
  return async (token: string) => {
    try {
      await validate(redact(token));
      return 'accepted';
    } catch (error) {
      return (error as ApiError).options.logContext?.check;
    }
  };
}

const tokenWithUnknownKey = (kid = 'unknown') => issuer.token({}, { kid });

test('a valid signature is verified once, even if unknown keys cause fetches', async () => {
  const verify = jest.spyOn(globalThis.crypto.subtle, 'verify');
  const outcome = createOutcome();
  const token = await issuer.token();
  expect(await outcome(token)).toBe('accepted');
  const refreshes = 10;
  for (let refresh = 1; refresh <= refreshes; refresh += 1) {
    clock.advance(cooldown);
    expect(await outcome(await tokenWithUnknownKey(`unknown-${refresh}`))).toBe('key');
    expect(await outcome(token)).toBe('accepted');
  }
  expect(issuer.count('/discovery/v2.0/keys')).toBe(1 + refreshes);
  expect(verify).toHaveBeenCalledTimes(1);
});

test('a token is rejected when its key was replaced under the same id', async () => {
  const outcome = createOutcome();
  const token = await issuer.token();
  expect(await outcome(token)).toBe('accepted');
  issuer.jwks.keys = [publicJwk(rsaKey().publicKey, 'key-1')];
  clock.advance(cooldown);
  expect(await outcome(await tokenWithUnknownKey())).toBe('key');
  expect(await outcome(token)).toBe('signature');
});

test('a token is rejected when its key was withdrawn', async () => {
  const outcome = createOutcome();
  const token = await issuer.token();
  expect(await outcome(token)).toBe('accepted');
  issuer.jwks.keys = [publicJwk(rsaKey().publicKey, 'key-2')];
  clock.advance(cooldown);
  expect(await outcome(await tokenWithUnknownKey())).toBe('key');
  expect(await outcome(token)).toBe('key');
});

import type { ApiError } from '../../../../shared/api-error.ts';
import { redact } from '../../../../shared/redacted.ts';
import { createKeys } from '../../../../shared/token/keys.ts';
import { createValidator, type Validate } from '../../../../shared/token/validate.ts';
import { audience, type Issuer, tenantId } from '../../../support/issuer.ts';

/** The time of these tests in milliseconds since 1970. */
export const now = Date.UTC(2026, 10, 22);
/** The time of these tests in seconds since 1970. */
export const seconds = now / 1_000;
/** An hour in seconds. */
export const hour = 3_600;

/** Creates a validator with an empty cache, for the tenant and the API of the test issuer. */
export const createTestValidator = (issuer: Issuer, clock: () => number = () => now): Validate =>
  createValidator({
    keys: createKeys({ authorityHost: issuer.host, now: clock }),
    tenantIds: [tenantId],
    audience,
    now: clock,
  });

/** Returns `accepted`, or the code of the error and the check that failed. */
export async function outcomeOf(validate: Validate, token: string): Promise<string> {
  try {
    await validate(redact(token));
    return 'accepted';
  } catch (error) {
    const { code, options } = error as ApiError;
    return `${code}: ${options?.logContext?.check}`;
  }
}

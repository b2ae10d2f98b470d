import { Denial } from '../denial.ts';

/** The denial of a token: outside it says "expired" or "invalid" and nothing more; the failed check goes to the log by name. */
export const refuse = (check: string, why: 'expired' | 'invalid' = 'invalid') =>
  new Denial('invalid_token', { detail: `The access token is ${why}.`, facts: { check } });

import type { JsonObject } from '../json.ts';
import type { Redacted } from '../redacted.ts';

type Texts = readonly string[];

/**
 * `tid` and `oid` together are the user key; nothing else identifies a person. Delegated scopes; the user's own app roles; authentication
 * contexts that the user has satisfied (`acrs`).
 */
type User = Readonly<{
  tenantId: string;
  objectId: string;
  scopes: Texts;
  roles: Texts;
  authContexts: Texts;
}>;

/**
 * The calling app's id (`azp` or `appid`); whether it proved itself by a secret, certificate or assertion (`azpacr` 1 or 2); whether it can
 * handle claims challenges (`xms_cc` has `cp1`).
 */
type App = Readonly<{ clientId: string; confidential: boolean; handlesChallenges: boolean }>;

/**
 * Seconds since 1970; SHA-256 of the token in base64url, what caches are keyed by; the claims that may be shown to the user whom they are
 * about; the names of the checks that the token has passed.
 */
type Token = Readonly<{ expiresAt: number; digest: string; claims: JsonObject; checks: Texts }>;

/** Who calls, as a validated access token says. Only `validate.ts` makes one; it shows no token, so it may be printed and passed on. */
export type Caller = User & App & Token;

/** A property and no WeakMap, which the collector walks through at every turn: with an entry for each request that is dear. */
const proof = Symbol('proof');

/** For `validate.ts` alone: ties the caller, and no copy of it, to the token that proved it; the token prints as [redacted]. */
export const bindToken = (caller: Caller, token: Redacted): Caller =>
  Object.freeze(Object.defineProperty(caller, proof, { value: { caller, token } }));

/**
 * The token that proved this caller, for the exchange alone.
 * @throws TypeError for a value that validation did not make: nobody is acted for without a validated token
 */
export function userAssertion(caller: Caller): Redacted {
  const tied = Object.getOwnPropertyDescriptor(caller, proof)?.value;
  if (tied?.caller !== caller) throw new TypeError('not a caller that validation made');
  return tied.token;
}

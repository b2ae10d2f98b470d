import type { Sealed } from '../sealed.ts';

/** Who calls, as a validated access token says. Only `validate.ts` makes one; it holds no token, so it may be printed and passed on. */
export interface Caller {
  /** `tid` and `oid` together are the user key; nothing else identifies a person. */
  readonly tenantId: string;
  readonly objectId: string;
  /** Delegated scopes. */
  readonly scopes: readonly string[];
  /** The user's own app roles. */
  readonly roles: readonly string[];
  /** The calling app's id (`azp` or `appid`). */
  readonly client: string;
  /** Whether the calling app proved itself by a secret, certificate or assertion (`azpacr` 1 or 2). */
  readonly confidential: boolean;
  /** Whether the client says that it can handle claims challenges (`xms_cc` has `cp1`). */
  readonly handlesChallenges: boolean;
  /** Authentication contexts that the user has satisfied (`acrs`). */
  readonly authContexts: readonly string[];
  /** Seconds since 1970. */
  readonly expiresAt: number;
  /** SHA-256 of the token, base64url: what caches are keyed by. */
  readonly digest: string;
  /** The claims that may be shown to the user whom they are about. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** The names of the checks that the token has passed. */
  readonly checks: readonly string[];
}

/** A property and no WeakMap, which the collector walks through at every turn: with an entry for each request that is dear. */
const proof = Symbol('proof');

/** For `validate.ts` alone: ties the caller to the token that proved it. No copy of the caller carries it, and it prints as [redacted]. */
export const tieToken = (caller: Caller, token: Sealed): Caller => Object.freeze(Object.defineProperty(caller, proof, { value: token }));

/**
 * The token that proved this caller, for the exchange alone.
 * @throws TypeError for a value that validation did not make: nobody is acted for without a validated token
 */
export function tokenOf(caller: Caller): Sealed {
  const token = Object.getOwnPropertyDescriptor(caller, proof)?.value;
  if (!token) throw new TypeError('not a caller that validation made');
  return token;
}

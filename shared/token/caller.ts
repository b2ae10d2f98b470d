import type { JsonObject } from '../json.ts';
import type { Redacted } from '../redacted.ts';

/**
 * The user and the app that call an API, as a validated access token describes them. Only
 * validation creates one. It does not expose the token, so it may be logged.
 */
export type Caller = {
  /** The user's tenant (`tid`). Identifies the user together with {@link Caller.objectId}. */
  readonly tenantId: string;

  /** The user's object id (`oid`). No other claim identifies a user. */
  readonly objectId: string;

  /** The delegated scopes (`scp`). */
  readonly scopes: readonly string[];

  /** The user's app roles (`roles`). */
  readonly roles: readonly string[];

  /** The authentication contexts that the user has satisfied (`acrs`). */
  readonly authContexts: readonly string[];

  /** The client id of the calling app (`azp`, or `appid` in version 1). */
  readonly clientId: string;

  /** Whether the app authenticated with a secret or a certificate (`azpacr` is 1 or 2). */
  readonly confidential: boolean;

  /** Whether the app can handle claims challenges (`xms_cc` contains `cp1`). */
  readonly handlesChallenges: boolean;

  /** When the token expires, in seconds since 1970 (`exp`). */
  readonly expiresAt: number;

  /** The token's SHA-256 in base64url. Caches use it as their key. */
  readonly digest: string;

  /** The claims that may be shown to the user. */
  readonly claims: JsonObject;

  /** The names of the checks that the token has passed. */
  readonly checks: readonly string[];
};

/** The value that {@link bindToken} stores. It contains the caller, so that copies are detected. */
type Binding = { readonly caller: Caller; readonly token: Redacted };

/**
 * The binding is a hidden property of the caller. A WeakMap with an entry for each request would be
 * slow, because every garbage collection visits all of its entries.
 */
const binding = Symbol('binding');

/**
 * Binds a caller to its token. For validation only. The binding does not extend to copies.
 *
 * @example
 * ```ts
 * const caller = bindToken(callerFrom(claims), token);
 * ```
 */
export function bindToken(caller: Caller, token: Redacted): Caller {
  const value: Binding = { caller, token };
  return Object.freeze(Object.defineProperty(caller, binding, { value }));
}

/**
 * Returns the token that a caller was validated with. For the On-Behalf-Of exchange only.
 *
 * @throws {TypeError} Validation did not create this object, for example because it is a copy.
 *
 * @example
 * ```ts
 * const oboAssertion = reveal(userAssertion(caller));
 * ```
 */
export function userAssertion(caller: Caller): Redacted {
  const bound: Binding | undefined = Object.getOwnPropertyDescriptor(caller, binding)?.value;
  if (bound?.caller !== caller)
    throw new TypeError('The caller was not created by token validation.');
  return bound.token;
}

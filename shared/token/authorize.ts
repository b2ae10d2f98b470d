import { ApiError } from '../api-error.ts';
import type { Caller } from './caller.ts';

/** The apps that may call an API on behalf of its users. */
export type AllowedClients = {
  /** Their client ids. */
  readonly clientIds: readonly string[];

  /**
   * Whether the app must have authenticated with a credential, as an API that calls another API
   * does. A single-page app has no credential.
   */
  readonly confidential: boolean;
};

/** The access policy of a route's method. */
export type Policy = {
  /** The delegated scopes that the caller needs, all of them. */
  readonly scopes: readonly [string, ...string[]];
};

/**
 * Checks that a caller may use a route's method: the calling app is allowed, and it has the scopes.
 * The handler decides whether the user may access the requested object (effective permissions).
 *
 * @throws {ApiError} `caller_not_allowed` or `insufficient_scope`.
 *
 * @example
 * ```ts
 * authorize(caller, { scopes: ['Documents.Read'] }, { clientIds, confidential: false });
 * ```
 */
export function authorize(caller: Caller, { scopes }: Policy, clients: AllowedClients): void {
  if (!clients.clientIds.includes(caller.clientId))
    throw new ApiError('caller_not_allowed', { logContext: { check: 'calling-app' } });
  if (clients.confidential && !caller.confidential)
    throw new ApiError('caller_not_allowed', { logContext: { check: 'confidential-client' } });
  if (!scopes.every((scope) => caller.scopes.includes(scope)))
    throw new ApiError('insufficient_scope', { scopes, logContext: { check: 'scope' } });
}

/**
 * Returns the names of the checks that {@link authorize} performs, to show them to the user.
 *
 * @example
 * ```ts
 * const checks = [...caller.checks, ...authorizeChecks(clients)];
 * ```
 */
export const authorizeChecks = ({ confidential }: AllowedClients) =>
  confidential ? ['calling-app', 'confidential-client', 'scope'] : ['calling-app', 'scope'];

/**
 * Requires that the user has satisfied an authentication context of Conditional Access
 * (https://learn.microsoft.com/entra/identity-platform/developer-guide-conditional-access-authentication-context).
 *
 * @param id The id of the authentication context, `c1` to `c99`.
 * @throws {ApiError} `step_up_required` if the calling app can handle a claims challenge, and
 * `forbidden` if it cannot.
 *
 * @example
 * ```ts
 * requireAuthContext(caller, 'c1');
 * await documents.delete(id);
 * ```
 */
export function requireAuthContext(caller: Caller, id: string): void {
  if (caller.authContexts.includes(id)) return;
  const logContext = { check: 'auth-context', authContext: id };
  if (!caller.handlesChallenges)
    throw new ApiError('forbidden', {
      detail: 'This operation requires further authentication, which the app does not support.',
      logContext,
    });
  const claims = { access_token: { acrs: { essential: true, value: id } } };
  throw new ApiError('step_up_required', { claims, logContext });
}

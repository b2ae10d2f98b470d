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

type NonEmpty = readonly [string, ...string[]];

/** The delegated scopes that the calling app needs, by their short names. */
type ScopePolicy =
  | {
      /** The caller needs all of these scopes. */
      readonly scopes: NonEmpty;

      /** In addition, the caller needs one of these scopes. */
      readonly anyScope?: NonEmpty;
    }
  | {
      /** Omit it. The other form of the policy has `scopes`. */
      readonly scopes?: never;

      /** The caller needs one of these scopes. A challenge names the first one. */
      readonly anyScope: NonEmpty;
    };

/** The access policy of a route's method. All parts of it must be satisfied. */
export type Policy = ScopePolicy & {
  /** The user needs one of these app roles. */
  readonly roles?: NonEmpty;

  /**
   * The user must have satisfied this authentication context of Conditional Access, `c1` to `c99`.
   * A user who has not is asked to (step-up).
   */
  readonly authContext?: string;
};

/** Microsoft Entra ID has the authentication contexts c1 to c99. */
const authContextPattern = /^c[1-9]\d?$/;

/**
 * Checks that a policy can be applied. For routes that JavaScript code creates without types.
 *
 * @param subject What the policy is for, at the start of the message.
 * @throws {Error} The policy requires no scope, or a part of it is empty or malformed.
 *
 * @example
 * ```ts
 * requireValidPolicy('Route GET documents', { scopes: ['Documents.Read'] });
 * ```
 */
export function requireValidPolicy(subject: string, policy: Partial<Policy>): void {
  const { scopes, anyScope, roles, authContext } = policy;
  if (!scopes?.length && !anyScope?.length)
    throw new Error(
      `${subject} has no access policy. ` +
        'Set `scopes` or `anyScope`, or `open: true` for anonymous access.',
    );
  for (const [name, value] of Object.entries({ scopes, anyScope, roles }))
    if (value !== undefined && !isListOfTexts(value))
      throw new Error(`${subject}: \`${name}\` must be a list of one or more names.`);
  const fullScope = [...(scopes ?? []), ...(anyScope ?? [])].find((scope) => scope.includes('://'));
  if (fullScope !== undefined)
    throw new Error(
      `${subject}: '${fullScope}' is not the short name of a scope. ` +
        `A token contains only '${fullScope.slice(fullScope.lastIndexOf('/') + 1)}'.`,
    );
  if (authContext !== undefined && !authContextPattern.test(authContext))
    throw new Error(`${subject}: \`authContext\` must be the id of a context, c1 to c99.`);
}

const isListOfTexts = (value: unknown) =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every((text) => typeof text === 'string' && text !== '');

/**
 * Checks that a caller may use a route's method: the calling app is allowed and has the scopes, and
 * the user has the role and has satisfied the authentication context. Whether the user may access
 * the requested object is for the handler to decide (effective permissions).
 *
 * @throws {ApiError} `caller_not_allowed`, `insufficient_scope`, `forbidden` or
 * `step_up_required`.
 *
 * @example
 * ```ts
 * authorize(caller, { scopes: ['Documents.Read'] }, { clientIds, confidential: false });
 * ```
 */
export function authorize(caller: Caller, policy: Policy, clients: AllowedClients): void {
  if (!clients.clientIds.includes(caller.clientId))
    throw new ApiError('caller_not_allowed', { logContext: { check: 'calling-app' } });
  if (clients.confidential && !caller.confidential)
    throw new ApiError('caller_not_allowed', { logContext: { check: 'confidential-client' } });
  if (!hasScopes(caller, policy))
    throw new ApiError('insufficient_scope', {
      scopes: requiredScopes(policy),
      logContext: { check: 'scope' },
    });
  const { roles, authContext } = policy;
  if (roles && !roles.some((role) => caller.roles.includes(role)))
    throw new ApiError('forbidden', { logContext: { check: 'role' } });
  if (authContext !== undefined) requireAuthContext(caller, authContext);
}

function hasScopes({ scopes: granted }: Caller, { scopes, anyScope }: Policy): boolean {
  // The types exclude this, but what they miss must not become access.
  if (!scopes && !anyScope) return false;
  const hasAll = scopes?.every((scope) => granted.includes(scope)) ?? true;
  const hasAny = anyScope?.some((scope) => granted.includes(scope)) ?? true;
  return hasAll && hasAny;
}

/**
 * Returns the scopes that a caller without any should request: all `scopes`, and the first of
 * `anyScope`, so that an app never requests more than it needs.
 *
 * @example
 * ```ts
 * requiredScopes({ anyScope: ['Documents.Read', 'Documents.ReadWrite'] }); // ['Documents.Read']
 * ```
 */
export const requiredScopes = ({ scopes, anyScope }: Policy): readonly string[] => [
  ...(scopes ?? []),
  ...(anyScope?.slice(0, 1) ?? []),
];

/**
 * Returns the names of the checks that {@link authorize} makes for every route, to show them to the
 * user.
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
 * A handler calls it where only some requests need the context. Where all of them do, the policy
 * `authContext` of the route does the same.
 *
 * @param id The id of the authentication context, `c1` to `c99`.
 * @throws {ApiError} `step_up_required` if the calling app can handle a claims challenge, and
 * `forbidden` if it cannot.
 *
 * @example
 * ```ts
 * if (order.total > 1_000) requireAuthContext(caller, 'c1');
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

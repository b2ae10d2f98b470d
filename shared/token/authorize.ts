import { ApiError } from '../api-error.ts';
import type { Caller } from './caller.ts';

/** Which apps may call an API for its users; `confidential`: only if they prove themselves with a credential, as before an API behind an API. */
export type AllowedClients = {
  readonly clientIds: readonly string[];
  readonly confidential: boolean;
};

/** What a route asks of its caller: all of these delegated scopes. */
export type Policy = { readonly scopes: readonly [string, ...string[]] };

/**
 * Lets a caller through to a route, or says which check held it up. Effective permissions, the user's own right on the object, are the handler's to decide.
 * @throws ApiError `caller_not_allowed`, `insufficient_scope`
 */
export function authorize(caller: Caller, { scopes }: Policy, clients: AllowedClients): void {
  if (!clients.clientIds.includes(caller.clientId))
    throw new ApiError('caller_not_allowed', { logContext: { check: 'calling-app' } });
  if (clients.confidential && !caller.confidential)
    throw new ApiError('caller_not_allowed', { logContext: { check: 'confidential-client' } });
  if (!scopes.every((one) => caller.scopes.includes(one)))
    throw new ApiError('insufficient_scope', { scopes, logContext: { check: 'scope' } });
}

/** The names of these checks, for the journey. */
export const authorizeChecks = ({ confidential }: AllowedClients) =>
  confidential ? ['calling-app', 'confidential-client', 'scope'] : ['calling-app', 'scope'];

/**
 * Demands an authentication context of the caller (https://learn.microsoft.com/entra/identity-platform/developer-guide-conditional-access-authentication-context).
 * @throws ApiError `step_up_required` to a client that can act on it, `forbidden` to one that cannot
 */
export function demandAuthContext(caller: Caller, id: string): void {
  if (caller.authContexts.includes(id)) return;
  const logContext = { check: 'auth-context', demanded: id };
  const claims = { access_token: { acrs: { essential: true, value: id } } };
  if (caller.handlesChallenges) throw new ApiError('step_up_required', { claims, logContext });
  throw new ApiError('forbidden', {
    detail: 'This needs one more check that the calling app cannot ask for.',
    logContext,
  });
}

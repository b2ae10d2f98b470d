/** The responses of the authorization endpoint to the client: redirects with a code or an error. */
import type { EmulatorResponse } from '../../context.ts';
import { deriveGuid } from '../derived-ids.ts';
import type { EntraContext } from '../entra-context.ts';
import { createErrorBody, type Refusal } from '../refusal.ts';
import type { Account } from '../sessions.ts';
import { createClientInfo } from '../token/id-token.ts';
import type { AuthorizeRequest, RedirectTarget } from './authorize-request.ts';

/** Redirects with the parameters in the query or the fragment of the redirect URI. */
function createRedirect(
  { redirectUri, responseMode, state }: RedirectTarget,
  parameters: Readonly<Record<string, string>>,
): EmulatorResponse {
  const url = new URL(redirectUri);
  const params = new URLSearchParams(parameters);
  if (state !== undefined) params.set('state', state);
  if (responseMode === 'fragment') {
    url.hash = params.toString();
  } else {
    for (const [name, value] of params) url.searchParams.append(name, value);
  }
  return { status: 302, headers: { Location: url.href, 'Cache-Control': 'no-store' } };
}

/** Issues an authorization code and redirects to the client. */
export function createCodeResponse(
  context: EntraContext,
  request: AuthorizeRequest,
  { user, signIn }: Account,
): EmulatorResponse {
  const { client, redirectUri, codeChallenge, nonce, scopes, claimsRequest } = request;
  const code = context.codes.save({
    client,
    user,
    signIn,
    redirectUri,
    codeChallenge,
    nonce,
    scopes,
    claimsRequest,
  });
  return createRedirect(request, {
    code,
    ...(request.clientInfo ? { client_info: createClientInfo(user) } : {}),
    session_state: deriveGuid(`session ${user.oid} ${signIn.at}`),
  });
}

/**
 * Redirects with an error. The token endpoint's `invalid_grant` is `interaction_required` here,
 * because the user can act.
 */
export function createErrorRedirect(
  context: EntraContext,
  target: RedirectTarget,
  refusal: Refusal,
  correlationId: string,
): EmulatorResponse {
  const { origin } = context;
  const body = createErrorBody(refusal, { origin, correlationId, now: context.now() });
  return createRedirect(target, {
    error: body.error === 'invalid_grant' ? 'interaction_required' : body.error,
    error_description: body.error_description,
    error_uri: body.error_uri,
    timestamp: body.timestamp,
    trace_id: body.trace_id,
    correlation_id: body.correlation_id,
    ...(body.suberror ? { suberror: body.suberror } : {}),
    ...(body.claims ? { claims: body.claims } : {}),
  });
}

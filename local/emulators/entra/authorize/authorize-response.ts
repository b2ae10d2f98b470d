/** The authorization endpoint's answers to the client: a redirect with a code or with a refusal. */
import type { EmulatorResponse } from '../../context.ts';
import { deriveGuid } from '../derived-ids.ts';
import { describeRefusal, type Refusal } from '../refusal.ts';
import type { Account } from '../sessions.ts';
import { makeClientInfo } from '../token/id-token.ts';
import type { EntraContext } from '../token/token-request.ts';
import type { AnswerTarget, AuthorizeRequest } from './authorize-request.ts';

/** A 302 to the redirect URI, the parameters in the fragment or the query as the request asked. */
function redirectTo(
  { redirectUri, responseMode, state }: AnswerTarget,
  parameters: Record<string, string>,
): EmulatorResponse {
  const url = new URL(redirectUri);
  const answer = new URLSearchParams({ ...parameters, ...(state === undefined ? {} : { state }) });
  if (responseMode === 'fragment') url.hash = answer.toString();
  else for (const [name, value] of answer) url.searchParams.append(name, value);
  return { status: 302, headers: { Location: url.href, 'Cache-Control': 'no-store' } };
}

export function redirectWithCode(
  context: EntraContext,
  request: AuthorizeRequest,
  { user, signIn }: Account,
): EmulatorResponse {
  const { client, redirectUri, codeChallenge, nonce, scopes, asked, clientInfo } = request;
  const code = context.codes.keep({
    client,
    user,
    signIn,
    redirectUri,
    codeChallenge,
    nonce,
    scopes,
    asked,
  });
  return redirectTo(request, {
    code,
    ...(clientInfo ? { client_info: makeClientInfo(user) } : {}),
    session_state: deriveGuid(`session ${user.oid} ${signIn.at}`),
  });
}

/** What the token endpoint calls invalid_grant is interaction_required here: the person has to do something. */
export function redirectWithRefusal(
  context: EntraContext,
  target: AnswerTarget,
  refusal: Refusal,
  correlationId: string,
): EmulatorResponse {
  const body = describeRefusal(refusal, {
    origin: context.origin,
    correlationId,
    now: context.now(),
  });
  return redirectTo(target, {
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

/** GET and POST /{tenant}/oauth2/v2.0/authorize: the sign-in pages, then a redirect with a code. */
import type { EmulatorRequest, EmulatorResponse } from '../../context.ts';
import type { Tenant } from '../directory.ts';
import type { AddFacts, EntraContext } from '../entra-context.ts';
import { createPageResponse } from '../pages/page.ts';
import { renderRefusalPage } from '../pages/refusal-page.ts';
import { Refusal } from '../refusal.ts';
import {
  parseAuthorizeRequest,
  parseRedirectTarget,
  type RedirectTarget,
} from './authorize-request.ts';
import { createCodeResponse, createErrorRedirect } from './authorize-response.ts';
import { decide } from './decision.ts';
import { handleForm } from './handle-form.ts';

interface RequestOptions {
  /** `undefined` for `common` and `organizations`. */
  readonly tenant: Tenant | undefined;
  readonly correlationId: string;
  readonly addFacts: AddFacts;
}

/**
 * Returns the form of a POST request.
 * @throws {Refusal} (9002313) for a form of another origin. This prevents cross-site request
 *   forgery.
 */
function parseForm({ method, headers, body }: EmulatorRequest): URLSearchParams | undefined {
  if (method === 'GET') return undefined;
  if (method !== 'POST' || headers.origin !== `http://${headers.host}`) {
    throw new Refusal(9002313, { detail: 'The form was sent from another origin.' });
  }
  return new URLSearchParams(body.toString('utf8'));
}

/** Names what the user did, for the record of the request. */
function nameAction(form: URLSearchParams | undefined): string | undefined {
  const isSignIn = form?.has('user');
  return form?.get('action') ?? (isSignIn ? 'sign-in' : undefined);
}

function setCookie(response: EmulatorResponse, cookie: string | undefined): EmulatorResponse {
  if (cookie === undefined) return response;
  return { ...response, headers: { ...response.headers, 'Set-Cookie': cookie } };
}

function respond(
  context: EntraContext,
  httpRequest: EmulatorRequest,
  target: RedirectTarget,
  { tenant, correlationId, addFacts }: RequestOptions,
): EmulatorResponse {
  const params = httpRequest.url.searchParams;
  const form = parseForm(httpRequest);
  const request = parseAuthorizeRequest(context.directory, target, params);
  const { scopes, prompt } = request;
  addFacts({
    client: request.client.appId,
    resource: scopes.resource.appId,
    scopes: scopes.isDefault ? ['.default'] : scopes.names,
    prompt,
    claims: params.get('claims') ?? undefined,
    action: nameAction(form),
  });

  const visit = { request, tenant, cookies: httpRequest.headers.cookie };
  const formResult = form ? handleForm(context, visit, form) : {};
  const decision = decide(context, visit, formResult, correlationId);
  if (decision.kind === 'code') {
    addFacts({ user: decision.account.user.oid });
    const response = createCodeResponse(context, request, decision.account);
    return setCookie(response, formResult.cookie);
  }

  const { kind, page, refusal } = decision;
  const { error, aadsts, suberror } = refusal;
  addFacts({ user: formResult.account?.user.oid, error, aadsts, suberror });
  if (form?.get('action') === 'back' && prompt !== 'none') {
    const denied = new Refusal(aadsts, { error: 'access_denied' });
    return createErrorRedirect(context, request, denied, correlationId);
  }
  addFacts({ page: kind });
  if (prompt === 'none') return createErrorRedirect(context, request, refusal, correlationId);
  const response = createPageResponse(200, page, request.redirectUri);
  return setCookie(response, formResult.cookie);
}

/**
 * Handles an authorization request. A refusal becomes an error redirect. Before the redirect URI is
 * checked, it becomes a page.
 */
export function handleAuthorize(
  context: EntraContext,
  request: EmulatorRequest,
  options: RequestOptions,
): EmulatorResponse {
  const { addFacts, correlationId } = options;
  let target: RedirectTarget | undefined;
  try {
    target = parseRedirectTarget(context.directory, request.url.searchParams);
    return respond(context, request, target, options);
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    addFacts({ error: refusal.error, aadsts: refusal.aadsts, suberror: refusal.suberror });
    if (target) return createErrorRedirect(context, target, refusal, correlationId);
    return createPageResponse(400, renderRefusalPage(refusal, correlationId));
  }
}

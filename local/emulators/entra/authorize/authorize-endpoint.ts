/** GET and POST /{tenant}/oauth2/v2.0/authorize: who signs in, has this person consented, do the policies want more; then a code. */
import type { EmulatorRequest, EmulatorResponse } from '../../context.ts';
import type { Tenant } from '../directory.ts';
import { answerPage } from '../pages/page.ts';
import { showRefusal } from '../pages/refusal-page.ts';
import { Refusal } from '../refusal.ts';
import type { EntraContext, TokenRequest } from '../token/token-request.ts';
import { type AnswerTarget, readAnswerTarget, readAuthorizeRequest } from './authorize-request.ts';
import { redirectWithCode, redirectWithRefusal } from './authorize-response.ts';
import { findStep } from './decision.ts';
import { takeAct } from './interaction.ts';

interface Visit {
  readonly tenant: Tenant | undefined;
  readonly correlationId: string;
  readonly note: TokenRequest['note'];
}

/** The pages' own forms come from this origin; no other page may press a button here. */
function readForm({ method, headers, body }: EmulatorRequest): URLSearchParams | undefined {
  if (method === 'GET') return undefined;
  if (method !== 'POST' || headers.origin !== `http://${headers.host}`)
    throw new Refusal(9002313, { detail: 'This form is not ours.' });
  return new URLSearchParams(body.toString('utf8'));
}

function decide(
  context: EntraContext,
  request: EmulatorRequest,
  target: AnswerTarget,
  visit: Visit,
): EmulatorResponse {
  const { tenant, correlationId, note } = visit;
  const { redirectUri } = target;
  const { cookie: cookies } = request.headers;
  const form = readForm(request);
  const asked = readAuthorizeRequest(context.directory, target, request.url.searchParams);
  note({
    client: asked.client.appId,
    resource: asked.scopes.resource.appId,
    scopes: asked.scopes.isDefault ? ['.default'] : asked.scopes.names,
    prompt: asked.prompt,
    claims: request.url.searchParams.get('claims') ?? undefined,
    action: form?.get('action') ?? (form?.has('user') ? 'sign-in' : undefined),
  });
  const act = form ? takeAct(context, asked, tenant, cookies, form) : {};
  const step = findStep(context, asked, act, { tenant, cookies, correlationId });
  note({ user: step.kind === 'code' ? step.account.user.oid : act.account?.user.oid });
  const withCookie = (answer: EmulatorResponse): EmulatorResponse => {
    return act.cookie
      ? { ...answer, headers: { ...answer.headers, 'Set-Cookie': act.cookie } }
      : answer;
  };
  if (step.kind === 'code') return withCookie(redirectWithCode(context, asked, step.account));
  const { refusal } = step;
  note({
    page: step.kind,
    error: refusal.error,
    aadsts: refusal.aadsts,
    suberror: refusal.suberror,
  });
  if (asked.prompt === 'none') return redirectWithRefusal(context, asked, refusal, correlationId);
  if (form?.get('action') === 'back') {
    const { aadsts, suberror } = refusal;
    note({ page: undefined, suberror });
    return redirectWithRefusal(
      context,
      asked,
      new Refusal(aadsts, { error: 'access_denied' }),
      correlationId,
    );
  }
  return withCookie(answerPage(200, step.page, { redirectUri }));
}

/** Every outcome is an answer: a page for the person, or a redirect to the client with a code or a refusal. */
export function answerAuthorize(
  context: EntraContext,
  request: EmulatorRequest,
  visit: Visit,
): EmulatorResponse {
  const { note, correlationId } = visit;
  let target: AnswerTarget | undefined;
  try {
    target = readAnswerTarget(context.directory, request.url.searchParams);
    return decide(context, request, target, visit);
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    note({ error: refusal.error, aadsts: refusal.aadsts, suberror: refusal.suberror });
    if (target) return redirectWithRefusal(context, target, refusal, correlationId);
    return answerPage(400, showRefusal(refusal, correlationId));
  }
}

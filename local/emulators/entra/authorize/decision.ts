/** Decides whether an authorization request gets its code or which page the user sees first. */
import { checkAccount, checkAssignment, evaluateConditionalAccess } from '../conditional-access.ts';
import { hasConsent, listConsentItems } from '../consent-items.ts';
import type { EntraContext } from '../entra-context.ts';
import { renderAdminConsentPage, renderConsentPage } from '../pages/consent-page.ts';
import type { Html } from '../pages/page.ts';
import { renderRefusalPage } from '../pages/refusal-page.ts';
import { matchesLoginHint, renderSignInPage } from '../pages/sign-in-page.ts';
import { renderStepUpPage } from '../pages/step-up-page.ts';
import { Refusal } from '../refusal.ts';
import type { Account } from '../sessions.ts';
import type { AuthorizeRequest } from './authorize-request.ts';
import { type AuthorizeVisit, type FormResult, listAccounts } from './handle-form.ts';

interface CodeDecision {
  readonly kind: 'code';
  readonly account: Account;
}

interface PageDecision {
  readonly kind: 'sign-in' | 'consent' | 'step-up' | 'refusal';
  readonly page: Html;
  /** The error that a request with `prompt=none` gets instead of the page. */
  readonly refusal: Refusal;
}

/** The code for an account, or a page for the user. */
export type Decision = CodeDecision | PageDecision;

/** Runs a check and returns the refusal that it throws. */
function catchRefusal(check: () => void): Refusal | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

/** Finds the account that needs no choice by the user: the hinted one, or the only one. */
function findAccount(
  { prompt, loginHint }: AuthorizeRequest,
  accounts: readonly Account[],
): Account | undefined {
  if (prompt === 'login' || prompt === 'select_account') return undefined;
  if (loginHint === undefined) return accounts.length === 1 ? accounts[0] : undefined;
  return accounts.find(({ user }) => matchesLoginHint(user, loginHint));
}

/** @param options.showsRefusal Whether the page shows why the chosen user cannot sign in. */
function decideSignIn(
  context: EntraContext,
  { request, tenant }: AuthorizeVisit,
  refusal: Refusal,
  options: { readonly showsRefusal: boolean },
): PageDecision {
  const page = renderSignInPage({
    directory: context.directory,
    tenant,
    appName: request.client.displayName,
    loginHint: request.loginHint,
    alert: options.showsRefusal ? refusal.message : undefined,
  });
  return { kind: 'sign-in', refusal, page };
}

/** Returns the consent page that the user has to see, or `undefined` when all is granted. */
function decideConsent(
  context: EntraContext,
  { client, scopes, prompt }: AuthorizeRequest,
  { user }: Account,
  formResult: FormResult,
): PageDecision | undefined {
  const items = listConsentItems(context, client, scopes);
  const isForced = prompt === 'consent' && !formResult.accepted;
  if (hasConsent(context, user, items) && !isForced) return undefined;
  const requiresAdmin = items.some(({ resource }) =>
    context.consents.requiresAdmin(user, resource),
  );
  const renderPage = requiresAdmin ? renderAdminConsentPage : renderConsentPage;
  return {
    kind: 'consent',
    page: renderPage(user, client.displayName, items),
    refusal: new Refusal(requiresAdmin ? 90094 : 65001),
  };
}

/**
 * Checks account, consent, assignment and Conditional Access in this order. Returns the page for
 * the first check that fails, or the account that gets the code.
 */
export function decide(
  context: EntraContext,
  visit: AuthorizeVisit,
  formResult: FormResult,
  correlationId: string,
): Decision {
  const { policies } = context;
  const { request } = visit;
  if (formResult.refusal) {
    return decideSignIn(context, visit, formResult.refusal, { showsRefusal: true });
  }

  const accounts = listAccounts(context, visit);
  const account = formResult.account ?? findAccount(request, accounts);
  if (!account) {
    const mustChoose = accounts.length > 1 && request.loginHint === undefined;
    const refusal = new Refusal(mustChoose ? 16000 : 50058);
    return decideSignIn(context, visit, refusal, { showsRefusal: false });
  }
  const { user, signIn } = account;
  const accountRefusal = catchRefusal(() => checkAccount(policies, user));
  if (accountRefusal) return decideSignIn(context, visit, accountRefusal, { showsRefusal: true });

  const consent = decideConsent(context, request, account, formResult);
  if (consent) return consent;

  const { client, claimsRequest } = request;
  const { resource } = request.scopes;
  const refusal =
    catchRefusal(() => checkAssignment(policies, user, resource)) ??
    evaluateConditionalAccess(policies, { user, resource, signIn, claimsRequest });
  if (!refusal) return { kind: 'code', account };
  if (refusal.claims) {
    const page = renderStepUpPage(user, client.displayName, claimsRequest.acrs);
    return { kind: 'step-up', refusal, page };
  }
  return { kind: 'refusal', refusal, page: renderRefusalPage(refusal, correlationId, user) };
}

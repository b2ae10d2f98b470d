/** What stands between a sign-in and its code: a person to choose, a consent to give, a proof to add, or nothing. */

import { checkAssignment, checkConditionalAccess, checkUser } from '../conditional-access.ts';
import { isGranted, listConsentItems } from '../consent-items.ts';
import type { Tenant } from '../directory.ts';
import { showAdminConsent, showConsent } from '../pages/consent-page.ts';
import type { Html } from '../pages/page.ts';
import { showRefusal } from '../pages/refusal-page.ts';
import { matchesHint, showSignIn } from '../pages/sign-in-page.ts';
import { showStepUp } from '../pages/step-up-page.ts';
import { Refusal } from '../refusal.ts';
import type { Account } from '../sessions.ts';
import type { EntraContext } from '../token/token-request.ts';
import type { AuthorizeRequest } from './authorize-request.ts';
import { type Act, listAccounts } from './interaction.ts';

/** Either everything holds, or a page is shown; a request with prompt=none gets the refusal instead of the page. */
export type Step =
  | { readonly kind: 'code'; readonly account: Account }
  | {
      readonly kind: 'sign-in' | 'consent' | 'step-up' | 'refusal';
      readonly page: Html;
      readonly refusal: Refusal;
    };

interface Visit {
  readonly tenant: Tenant | undefined;
  readonly cookies: string | undefined;
  readonly correlationId: string;
}

function findRefusal(work: () => void): Refusal | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

/** The account that the request means without asking: the hinted one, or the only one. */
function findAccount(
  { prompt, loginHint }: AuthorizeRequest,
  accounts: readonly Account[],
): Account | undefined {
  if (prompt === 'login' || prompt === 'select_account') return undefined;
  if (loginHint !== undefined) return accounts.find(({ user }) => matchesHint(user, loginHint));
  return accounts.length === 1 ? accounts[0] : undefined;
}

export function findStep(
  context: EntraContext,
  request: AuthorizeRequest,
  act: Act,
  { tenant, cookies, correlationId }: Visit,
): Step {
  const { directory, policies } = context;
  const { client, scopes, asked, prompt, loginHint } = request;
  const appName = client.displayName;
  const askWho = (refusal: Refusal, alert?: string): Step => {
    return {
      kind: 'sign-in',
      refusal,
      page: showSignIn({ directory, tenant, appName, loginHint, alert }),
    };
  };
  if (act.refusal) return askWho(act.refusal, act.refusal.message);
  const accounts = listAccounts(context, tenant, cookies);
  const account = act.account ?? findAccount(request, accounts);
  if (!account)
    return askWho(new Refusal(accounts.length > 1 && loginHint === undefined ? 16000 : 50058));
  const { user, signIn } = account;

  const disabled = findRefusal(() => checkUser(policies, user));
  if (disabled) return askWho(disabled, disabled.message);
  const items = listConsentItems(context, client, scopes);
  if (!isGranted(context, user, items) || (prompt === 'consent' && !act.accepted)) {
    const mayAccept = !policies.applies('admin-consent', user);
    const page = mayAccept
      ? showConsent(user, appName, items)
      : showAdminConsent(user, appName, items);
    return { kind: 'consent', page, refusal: new Refusal(mayAccept ? 65001 : 90094) };
  }
  const refusal =
    findRefusal(() => checkAssignment(policies, user, scopes.resource)) ??
    checkConditionalAccess(policies, { user, resource: scopes.resource, signIn, asked });
  if (!refusal) return { kind: 'code', account };
  if (refusal.claims)
    return { kind: 'step-up', refusal, page: showStepUp(user, appName, asked.acrs) };
  return { kind: 'refusal', refusal, page: showRefusal(refusal, correlationId, user) };
}

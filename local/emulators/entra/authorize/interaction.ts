/** What the person did on a page of the sign-in: chose a user, approved, accepted, or turned back. */

import { checkRevocation, checkUser } from '../conditional-access.ts';
import { listConsentItems } from '../consent-items.ts';
import type { Tenant, User } from '../directory.ts';
import { Refusal } from '../refusal.ts';
import type { Account } from '../sessions.ts';
import type { EntraContext } from '../token/token-request.ts';
import type { AuthorizeRequest } from './authorize-request.ts';

export interface Act {
  /** Absent on the first visit. */
  readonly account?: Account;
  /** The Set-Cookie value of a session that this act changed. */
  readonly cookie?: string;
  /** The user was chosen but may not sign in. */
  readonly refusal?: Refusal;
  readonly accepted?: boolean;
}

/** The signed-in accounts that still count: of the tenant, not revoked since. */
export function listAccounts(
  { sessions, policies }: EntraContext,
  tenant: Tenant | undefined,
  cookies: string | undefined,
): readonly Account[] {
  return sessions.accounts(cookies).filter(({ user, signIn }) => {
    if (tenant && user.tenantId !== tenant.id) return false;
    try {
      checkRevocation(policies, user, signIn.at);
      return true;
    } catch {
      return false;
    }
  });
}

function signInAs(
  context: EntraContext,
  request: AuthorizeRequest,
  user: User,
  known: Account | undefined,
  cookies: string | undefined,
): Act {
  try {
    checkUser(context.policies, user);
  } catch (refusal) {
    if (refusal instanceof Refusal) return { refusal };
    throw refusal;
  }
  const keeps = known && request.prompt !== 'login';
  const account = keeps ? known : { user, signIn: { at: context.now(), mfa: false, acrs: [] } };
  return { account, cookie: context.sessions.signIn(cookies, account) };
}

/** Does what the form says; turning back is thrown as the Refusal that the client then gets (65004, 500121, 90094). */
export function takeAct(
  context: EntraContext,
  request: AuthorizeRequest,
  tenant: Tenant | undefined,
  cookies: string | undefined,
  form: URLSearchParams,
): Act {
  const accounts = listAccounts(context, tenant, cookies);
  const chosen = context.directory.userByName(form.get('user') ?? '');
  if (chosen && (!tenant || chosen.tenantId === tenant.id)) {
    const known = accounts.find(({ user }) => user.oid === chosen.oid);
    return signInAs(context, request, chosen, known, cookies);
  }
  const account = accounts.find(({ user }) => user.oid === form.get('account'));
  if (!account) return {};
  const { user, signIn } = account;
  switch (form.get('action')) {
    case 'approve': {
      const approved = {
        user,
        signIn: {
          at: context.now(),
          mfa: true,
          acrs: [...new Set([...signIn.acrs, ...request.asked.acrs])],
        },
      };
      return { account: approved, cookie: context.sessions.signIn(cookies, approved) };
    }
    case 'accept':
      for (const item of listConsentItems(context, request.client, request.scopes)) {
        context.consents.accept(user, item.client, item.resource, item.scopes);
      }
      return { account, accepted: true };
    case 'decline':
      throw new Refusal(65004);
    case 'cancel':
      throw new Refusal(500121, { detail: 'The user cancelled.' });
    case 'leave':
      throw new Refusal(90094, { error: 'access_denied' });
    default:
      return { account };
  }
}

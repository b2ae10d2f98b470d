/** Handles the forms of the pages: choice of an account, step-up and consent. */
import { checkAccount, isRevoked } from '../conditional-access.ts';
import { listConsentItems } from '../consent-items.ts';
import type { Tenant, User } from '../directory.ts';
import type { EntraContext } from '../entra-context.ts';
import { Refusal } from '../refusal.ts';
import type { Account } from '../sessions.ts';
import type { AuthorizeRequest } from './authorize-request.ts';

/** What a form changed. It is empty for a GET request. */
export interface FormResult {
  /** The account that the user acts with. */
  readonly account?: Account;
  /** The Set-Cookie header for a session that changed. */
  readonly cookie?: string;
  /** Why the chosen user cannot sign in. */
  readonly refusal?: Refusal;
  /** Whether the user accepted the permissions. */
  readonly accepted?: boolean;
}

/** An authorization request with the tenant and the session of the browser. */
export interface AuthorizeVisit {
  /** The authorization request, from the query. */
  readonly request: AuthorizeRequest;
  /** `undefined` for `common` and `organizations`. */
  readonly tenant: Tenant | undefined;
  /** The Cookie header. */
  readonly cookies: string | undefined;
}

/** Lists the accounts of the session that belong to the tenant and are not revoked. */
export function listAccounts(
  { sessions, policies }: EntraContext,
  { tenant, cookies }: AuthorizeVisit,
): readonly Account[] {
  return sessions
    .accounts(cookies)
    .filter(({ user }) => !tenant || user.tenantId === tenant.id)
    .filter(({ user, signIn }) => !isRevoked(policies, user, signIn.at));
}

function signIn(context: EntraContext, visit: AuthorizeVisit, user: User): FormResult {
  try {
    checkAccount(context.policies, user);
  } catch (error) {
    if (error instanceof Refusal) return { refusal: error };
    throw error;
  }
  const existing = listAccounts(context, visit).find((account) => account.user.oid === user.oid);
  const isNewSignIn = !existing || visit.request.prompt === 'login';
  const account = isNewSignIn
    ? { user, signIn: { at: context.now(), mfa: false, acrs: [] } }
    : existing;
  return { account, cookie: context.sessions.signIn(visit.cookies, account) };
}

/** Signs the user in again, with MFA and the requested authentication contexts. */
function stepUp(context: EntraContext, visit: AuthorizeVisit, account: Account): FormResult {
  const acrs = new Set([...account.signIn.acrs, ...visit.request.claimsRequest.acrs]);
  const approved = {
    user: account.user,
    signIn: { at: context.now(), mfa: true, acrs: [...acrs] },
  };
  return { account: approved, cookie: context.sessions.signIn(visit.cookies, approved) };
}

/**
 * Handles a form.
 * @throws {Refusal} when the user goes back to the client: 65004 for declined permissions, 500121
 *   for a cancelled step-up, 90094 without the administrator's consent.
 */
export function handleForm(
  context: EntraContext,
  visit: AuthorizeVisit,
  form: URLSearchParams,
): FormResult {
  const { request, tenant } = visit;
  const chosen = context.directory.userByName(form.get('user') ?? '');
  if (chosen && (!tenant || chosen.tenantId === tenant.id)) return signIn(context, visit, chosen);

  const accounts = listAccounts(context, visit);
  const account = accounts.find(({ user }) => user.oid === form.get('account'));
  if (!account) return {};
  switch (form.get('action')) {
    case 'approve':
      return stepUp(context, visit, account);
    case 'accept':
      for (const item of listConsentItems(context, request.client, request.scopes)) {
        context.consents.accept(account.user, item.client, item.resource, item.scopes);
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

import {
  type AccountInfo,
  AuthError,
  BrowserCacheLocation,
  createStandardPublicClientApplication,
  InteractionRequiredAuthError,
  type IPublicClientApplication,
} from '@azure/msal-browser';
import { allScopes, type Scope } from './api.ts';
import { type Problem, Refusal } from './problem.ts';
import type { Settings } from './settings.ts';

/** Who is signed in, as the ID token says: for showing, never for deciding. */
export interface Person {
  /** Unique per account and tenant. */
  readonly key: string;
  readonly name: string;
  readonly userName: string;
  /** The object id, which the APIs know the person by. */
  readonly oid: string;
}

export interface SignIn {
  /** Undefined while nobody is signed in. */
  readonly person: Person | undefined;
  /** Why the sign-in that just returned failed, or undefined. */
  readonly failed: Problem | undefined;
  /** Leaves the page for the sign-in; comes back to the same place. */
  begin(): Promise<void>;
  /** Leaves the page for whatever Entra asks the person to do: sign in again, one more check, consent. */
  act(needs: { readonly scopes: readonly string[]; readonly claims?: string }): Promise<void>;
  /** Leaves the page, ends the session. */
  end(): Promise<void>;
  /** Token A for one scope: from the cache, by the refresh token, or by a hidden frame; never by leaving the page. */
  acquireToken(scope: Scope, correlationId: string): Promise<string>;
}

/**
 * Opens MSAL and finishes a redirect that is on its way back. Authorization code with PKCE; tokens stay in this tab's session
 * storage. `cp1` tells the APIs that this client understands a claims challenge.
 */
export async function openSignIn(settings: Settings): Promise<SignIn> {
  const bridge = new URL('redirect.html', document.baseURI).href;
  const msal = await createStandardPublicClientApplication({
    auth: {
      clientId: settings.clientId,
      authority: settings.authority,
      redirectUri: bridge,
      postLogoutRedirectUri: bridge,
      clientCapabilities: ['CP1'],
      ...(settings.knownAuthorities && { knownAuthorities: settings.knownAuthorities }),
      ...(settings.authorityMetadata && { authorityMetadata: settings.authorityMetadata }),
    },
    cache: { cacheLocation: BrowserCacheLocation.SessionStorage },
  });
  const failed = await finishRedirect(msal);
  const account = msal.getActiveAccount() ?? msal.getAllAccounts()[0];
  const named = (scopes: readonly string[]) => scopes.map((scope) => (scope.includes('/') ? scope : `${settings.originalApiId}/${scope}`));
  return {
    person: account && describePerson(account),
    failed,
    begin: () => msal.loginRedirect({ scopes: named(allScopes) }),
    act: ({ scopes, claims }) =>
      msal.acquireTokenRedirect({ scopes: named(scopes), ...(account && { account }), ...(claims !== undefined && { claims }) }),
    end: () => msal.logoutRedirect(account ? { account } : undefined),
    async acquireToken(scope, correlationId) {
      if (!account) throw new Refusal({ code: 'sign_in_again', status: 0, correlationId });
      try {
        return (await msal.acquireTokenSilent({ account, scopes: named([scope]), correlationId })).accessToken;
      } catch (error) {
        throw new Refusal(describeFailure(error, correlationId));
      }
    },
  };
}

async function finishRedirect(msal: IPublicClientApplication): Promise<Problem | undefined> {
  try {
    const result = await msal.handleRedirectPromise();
    if (result) msal.setActiveAccount(result.account);
    return undefined;
  } catch (error) {
    return describeFailure(error, error instanceof AuthError ? error.correlationId : '');
  }
}

function describePerson(account: AccountInfo): Person {
  return { key: account.homeAccountId, name: account.name ?? account.username, userName: account.username, oid: account.localAccountId };
}

/** Entra's own words stay out of the page: they are for developers and may hold personal data. */
function describeFailure(error: unknown, correlationId: string): Problem {
  if (!(error instanceof AuthError)) return { code: 'unexpected', status: 0, correlationId };
  if (error.errorCode === 'access_denied' || error.subError === 'consent_required')
    return { code: 'consent_required', status: 0, correlationId };
  if (error instanceof InteractionRequiredAuthError) return { code: 'sign_in_again', status: 0, correlationId };
  const outage = /network|post_request_failed|get_request_failed|temporarily_unavailable|timed_out|openid_config/.test(error.errorCode);
  return { code: outage ? 'unavailable' : 'sign_in_again', status: 0, correlationId };
}

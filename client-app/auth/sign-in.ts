import {
  type AccountInfo,
  AuthError,
  BrowserCacheLocation,
  createStandardPublicClientApplication,
  InteractionRequiredAuthError,
  type IPublicClientApplication,
} from '@azure/msal-browser';
import { allScopes, type Scope } from '../api.ts';
import { classifyEntraError } from './entra-refusal.ts';
import { type Problem, Refusal } from './problem.ts';
import type { Needs } from './remedy.ts';
import type { Settings } from '../settings.ts';

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
  /** Whether this page was opened by Entra's answer, good or bad. */
  readonly answered: boolean;
  /** Why the sign-in that just returned failed, or undefined. */
  readonly failed: Problem | undefined;
  /** Leaves the page for the sign-in; comes back to the same place. */
  begin(): Promise<void>;
  /** Leaves the page for whatever Entra asks the person to do: sign in again, one more check, consent. @throws Refusal when it cannot */
  act(needs: Needs, correlationId: string): Promise<void>;
  /** Leaves the page, ends the session. */
  end(): Promise<void>;
  /**
   * Token A for one scope: from the cache, by the refresh token, or by a hidden frame; never by leaving the page.
   * With `renewal` a new one from Entra, which names the claims that an API demanded. @throws Refusal
   */
  acquireToken(scope: Scope, correlationId: string, renewal?: Renewal): Promise<string>;
}

/** Why the token at hand is not enough. */
export interface Renewal {
  /** The API's claims challenge, as plain JSON. */
  readonly claims?: string;
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
  const { answered, failed } = await finishRedirect(msal);
  const account = msal.getActiveAccount() ?? msal.getAllAccounts()[0];
  const named = (scopes: readonly string[]) =>
    scopes.map((scope) => (scope.includes('/') ? scope : `${settings.originalApiId}/${scope}`));
  return {
    person: account && describePerson(account),
    answered,
    failed,
    begin: () => msal.loginRedirect({ scopes: named(allScopes) }),
    async act({ scopes, ...more }, correlationId) {
      const request = {
        scopes: named(scopes),
        ...(account && { account }),
        ...more,
        ...(correlationId && { correlationId }),
      };
      await msal.acquireTokenRedirect(request).catch((error: unknown) => {
        throw new Refusal(describeFailure(error, correlationId));
      });
    },
    end: () => msal.logoutRedirect(account ? { account } : undefined),
    async acquireToken(scope, correlationId, renewal) {
      if (!account) throw new Refusal({ code: 'sign_in_again', status: 0, correlationId });
      // A renewed token covers what the sign-in covered, so that the next call finds it in the cache.
      const request = { account, scopes: named(renewal ? allScopes : [scope]), correlationId };
      try {
        return (
          await msal.acquireTokenSilent({
            ...request,
            ...(renewal && { forceRefresh: true, ...renewal }),
          })
        ).accessToken;
      } catch (error) {
        throw new Refusal(describeFailure(error, correlationId));
      }
    },
  };
}

async function finishRedirect(
  msal: IPublicClientApplication,
): Promise<{ answered: boolean; failed: Problem | undefined }> {
  try {
    const result = await msal.handleRedirectPromise();
    if (result) msal.setActiveAccount(result.account);
    return { answered: result !== null, failed: undefined };
  } catch (error) {
    return {
      answered: true,
      failed: describeFailure(error, error instanceof AuthError ? error.correlationId : ''),
    };
  }
}

function describePerson(account: AccountInfo): Person {
  return {
    key: account.homeAccountId,
    name: account.name ?? account.username,
    userName: account.username,
    oid: account.localAccountId,
  };
}

/** Entra's own words stay out of the page: they are for developers and may hold personal data. */
function describeFailure(error: unknown, correlationId: string): Problem {
  if (!(error instanceof AuthError)) return { code: 'unexpected', status: 0, correlationId };
  const { errorCode, subError, errorNo, claims } = error as AuthError & {
    errorNo?: string;
    claims?: string;
  };
  const code = classifyEntraError({
    errorCode,
    subError,
    errorNo,
    claims,
    needsPerson: error instanceof InteractionRequiredAuthError,
  });
  return {
    code,
    status: 0,
    correlationId,
    ...(code === 'step_up_required' && claims && { claims }),
    ...(errorCode === 'access_denied' && { declined: true }),
  };
}

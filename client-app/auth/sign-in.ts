import {
  type AccountInfo,
  AuthError,
  BrowserCacheLocation,
  createStandardPublicClientApplication,
  InteractionRequiredAuthError,
  type IPublicClientApplication,
} from '@azure/msal-browser';
import type { Settings } from '../settings.ts';
import { classifyEntraError } from './entra-error.ts';
import { type Problem, ProblemError } from './problem.ts';
import type { InteractiveRequest } from './recovery.ts';
import { allScopes, type Scope } from './scopes.ts';

/** The signed-in user, from the ID token. For display only: the APIs authorize by their tokens. */
export interface Person {
  /** Unique per account and tenant. */
  readonly key: string;
  /** The display name. */
  readonly name: string;
  /** The name that the user signs in with. */
  readonly userName: string;
  /** The object id, which the APIs know the user by. */
  readonly oid: string;
}

/** Replaces a cached token. */
export interface TokenRenewal {
  /** The claims challenge of the API, as plain JSON. */
  readonly claims?: string;
}

/** The user's session with Entra in this tab. */
export interface SignIn {
  /** `undefined` when no user is signed in. */
  readonly person: Person | undefined;
  /** Whether Entra redirected to this page, with a token or with an error. */
  readonly returnedFromEntra: boolean;
  /** Why the sign-in that has just returned failed. */
  readonly failure: Problem | undefined;
  /** Leaves the page to sign in, and returns to the same page. */
  start(): Promise<void>;
  /**
   * Leaves the page for a step that needs the user: another sign-in, a step-up or consent.
   * @throws ProblemError when the page cannot be left
   */
  interact(request: InteractiveRequest, correlationId: string): Promise<void>;
  /** Leaves the page to sign out. */
  signOut(): Promise<void>;
  /**
   * Returns token A for a scope from the cache, from a refresh token or from a hidden frame. Never
   * leaves the page.
   * @param renewal skips the cache and asks Entra for a new token
   * @throws ProblemError when Entra issues no token
   */
  acquireToken(scope: Scope, correlationId: string, renewal?: TokenRenewal): Promise<string>;
}

/**
 * Creates the MSAL client and completes a redirect from Entra. Sign-in is authorization code with
 * PKCE. Tokens stay in the session storage of this tab. The client capability `CP1` tells the APIs
 * that this app handles claims challenges
 * (https://learn.microsoft.com/entra/identity-platform/claims-challenge).
 */
export async function openSignIn(settings: Settings): Promise<SignIn> {
  const msal = await createClient(settings);
  const { returnedFromEntra, failure } = await completeRedirect(msal);
  const account = msal.getActiveAccount() ?? msal.getAllAccounts()[0];

  const fullNames = (scopes: readonly string[]) =>
    scopes.map((scope) => (scope.includes('/') ? scope : `${settings.originalApiId}/${scope}`));

  return {
    person: account && describePerson(account),
    returnedFromEntra,
    failure,

    start: () => msal.loginRedirect({ scopes: fullNames(allScopes) }),

    async interact({ scopes, claims, prompt }, correlationId) {
      try {
        await msal.acquireTokenRedirect({
          scopes: fullNames(scopes),
          ...(account && { account }),
          ...(claims !== undefined && { claims }),
          ...(prompt && { prompt }),
          ...(correlationId && { correlationId }),
        });
      } catch (error) {
        throw new ProblemError(describeError(error, correlationId));
      }
    },

    signOut: () => msal.logoutRedirect(account ? { account } : undefined),

    async acquireToken(scope, correlationId, renewal) {
      if (!account) throw new ProblemError({ code: 'sign_in_again', status: 0, correlationId });
      // A renewed token has all scopes, so that the next call finds it in the cache.
      const scopes = fullNames(renewal ? allScopes : [scope]);
      try {
        const { accessToken } = await msal.acquireTokenSilent({
          account,
          scopes,
          correlationId,
          ...(renewal && { forceRefresh: true, ...renewal }),
        });
        return accessToken;
      } catch (error) {
        throw new ProblemError(describeError(error, correlationId));
      }
    },
  };
}

function createClient(settings: Settings): Promise<IPublicClientApplication> {
  const redirectUri = new URL('redirect.html', document.baseURI).href;
  return createStandardPublicClientApplication({
    auth: {
      clientId: settings.clientId,
      authority: settings.authority,
      redirectUri,
      postLogoutRedirectUri: redirectUri,
      clientCapabilities: ['CP1'],
      ...(settings.knownAuthorities && { knownAuthorities: settings.knownAuthorities }),
      ...(settings.authorityMetadata && { authorityMetadata: settings.authorityMetadata }),
    },
    cache: { cacheLocation: BrowserCacheLocation.SessionStorage },
  });
}

async function completeRedirect(
  msal: IPublicClientApplication,
): Promise<Pick<SignIn, 'returnedFromEntra' | 'failure'>> {
  try {
    const result = await msal.handleRedirectPromise();
    if (result) msal.setActiveAccount(result.account);
    return { returnedFromEntra: result !== null, failure: undefined };
  } catch (error) {
    const correlationId = error instanceof AuthError ? error.correlationId : '';
    return { returnedFromEntra: true, failure: describeError(error, correlationId) };
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

/** Leaves out Entra's error description, which is for developers and may contain personal data. */
function describeError(error: unknown, correlationId: string): Problem {
  if (!(error instanceof AuthError)) return { code: 'unexpected', status: 0, correlationId };
  const { errorCode, subError, errorNo, claims } = error as AuthError & {
    readonly errorNo?: string;
    readonly claims?: string;
  };
  const code = classifyEntraError({
    errorCode,
    subError,
    errorNo,
    claims,
    interactionRequired: error instanceof InteractionRequiredAuthError,
  });
  return {
    code,
    status: 0,
    correlationId,
    ...(code === 'step_up_required' && claims && { claims }),
    ...(errorCode === 'access_denied' && { declined: true }),
  };
}

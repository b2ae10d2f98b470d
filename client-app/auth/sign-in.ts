import {
  type AccountInfo,
  type AuthenticationResult,
  BrowserCacheLocation,
  createStandardPublicClientApplication,
  type IPublicClientApplication,
} from '@azure/msal-browser';
import { type EntraVisit, readEntraVisit } from '../../shared/browser/entra-visit.ts';
import { type Problem, ProblemError } from '../../shared/browser/problem.ts';
import {
  createTokenSource,
  type TokenClient,
  type TokenSource,
} from '../../shared/browser/token-source.ts';
import type { Settings } from '../settings.ts';
import { allScopes } from './scopes.ts';

/** The signed-in user, from the ID token. For display only: the APIs authorize by their tokens. */
export interface Person {
  /** Unique per account and tenant. */
  readonly key: string;
  /** The display name. */
  readonly name: string;
  /** The name that the user signs in with. */
  readonly userName: string;
  /** The object id, by which the APIs identify the user. */
  readonly oid: string;
}

/** The user's session with Entra in this tab. */
export interface SignIn {
  /** `undefined` when no user is signed in. */
  readonly person: Person | undefined;
  /** Whether Entra redirected to this page, and why a sign-in failed. */
  readonly visit: EntraVisit;
  /** Leaves the page to sign in, and returns to the same page. */
  start(): Promise<void>;
  /**
   * Leaves the page for the step that solves the problem: another sign-in, a step-up or consent.
   * @throws {ProblemError} when the page cannot be left
   */
  interact(problem: Problem): Promise<void>;
  /** Leaves the page to sign out. */
  signOut(): Promise<void>;
  /**
   * Returns token A for scopes of Original API, such as `Documents.Read`. Never leaves the page.
   * @throws {ProblemError} when Entra issues no token
   */
  readonly acquireToken: TokenSource['acquire'];
}

/**
 * Creates the MSAL client and completes a redirect from Entra. Sign-in is authorization code with
 * PKCE. Tokens stay in the session storage of this tab. The client capability `CP1` tells the APIs
 * that this app handles claims challenges
 * (https://learn.microsoft.com/entra/identity-platform/claims-challenge).
 */
export async function openSignIn(settings: Settings): Promise<SignIn> {
  const msal = await createClient(settings);
  const visit = await readEntraVisit(completeRedirect(msal));
  const account = msal.getActiveAccount() ?? msal.getAllAccounts()[0];

  const fullNames = (scopes: readonly string[]) =>
    scopes.map((scope) => `${settings.originalApiId}/${scope}`);
  const tokens = createTokenSource({
    client: account ? withAccount(msal, account) : msal,
    scopes: fullNames(allScopes),
    consentScope: `${settings.originalApiId}/.default`,
  });

  return {
    person: account && describePerson(account),
    visit,
    start: () => msal.loginRedirect({ scopes: fullNames(allScopes) }),
    interact: tokens.interact,
    signOut: () => msal.logoutRedirect(account ? { account } : undefined),
    async acquireToken(options = {}) {
      const { scopes = allScopes, correlationId = '' } = options;
      if (!account) throw new ProblemError({ code: 'sign_in_again', status: 0, correlationId });
      return tokens.acquire({ ...options, scopes: fullNames(scopes) });
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
): Promise<AuthenticationResult | null> {
  const result = await msal.handleRedirectPromise();
  if (result) msal.setActiveAccount(result.account);
  return result;
}

/** Requests tokens for this account, even when another account is active in MSAL. */
function withAccount(msal: IPublicClientApplication, account: AccountInfo): TokenClient {
  return {
    acquireTokenSilent: (request) => msal.acquireTokenSilent({ ...request, account }),
    acquireTokenRedirect: (request) => msal.acquireTokenRedirect({ ...request, account }),
  };
}

function describePerson(account: AccountInfo): Person {
  return {
    key: account.homeAccountId,
    name: account.name ?? account.username,
    userName: account.username,
    oid: account.localAccountId,
  };
}

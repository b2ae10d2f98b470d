import { describeEntraError } from './entra-error.ts';
import { type Problem, ProblemError } from './problem.ts';
import { type AppScopes, createInteractiveRequest, requiresInteraction } from './recovery.ts';

/** A token request to MSAL or to another library. */
export type ClientTokenRequest = {
  /** The requested scopes. */
  scopes: string[];

  /** A claims challenge, as JSON. */
  claims?: string;

  /** The id of the request in Entra ID's logs. */
  correlationId?: string;

  /** Whether to skip the cache. For silent requests only. */
  forceRefresh?: boolean;

  /** `consent` shows the consent page. For interactive requests only. */
  prompt?: string;
};

/**
 * The part of MSAL that this module uses. Pass a `PublicClientApplication` with an active account
 * (`setActiveAccount`). For another library, pass an object with these two functions.
 */
export interface TokenClient {
  /** Returns an access token without the user. Never leaves the page. */
  acquireTokenSilent(request: ClientTokenRequest): Promise<{ readonly accessToken: string }>;

  /** Leaves the page for Entra ID, which returns to it. It may be MSAL's `loginRedirect`. */
  acquireTokenRedirect(request: ClientTokenRequest): Promise<void>;
}

/** Why a cached token has to be replaced. */
export type TokenRenewal = {
  /** The claims challenge of the API, as JSON. */
  readonly claims?: string | undefined;
};

/** How to acquire an access token. */
export type AcquireTokenOptions = {
  /** The scopes that the request needs. Default: all scopes of the app. */
  readonly scopes?: readonly string[] | undefined;

  /** The id of the request in the logs. */
  readonly correlationId?: string | undefined;

  /** Skips the cache. The new token has all scopes of the app and satisfies the claims. */
  readonly renewal?: TokenRenewal | undefined;
};

/** The source of an app's access tokens. */
export interface TokenSource {
  /**
   * Returns an access token from the cache, from a refresh token or from a hidden frame. Never
   * leaves the page.
   *
   * @throws {ProblemError} if Entra ID issues no token
   */
  acquire(options?: AcquireTokenOptions): Promise<string>;

  /**
   * Leaves the page for the step that solves the problem: a further check, a consent or a sign-in.
   *
   * @throws {ProblemError} if the page cannot be left, or the user cannot solve the problem
   */
  interact(problem: Problem): Promise<void>;
}

/** How to create a {@link TokenSource}. */
export type TokenSourceOptions = AppScopes & {
  /** MSAL, or another library. */
  readonly client: TokenClient;
};

/**
 * Creates the source of an app's access tokens.
 *
 * @example
 * ```ts
 * const tokens = createTokenSource({
 *   client: msal,
 *   scopes: ['api://a11ce000-0000-4000-8000-000000000001/Orders.Read'],
 *   consentScope: 'api://a11ce000-0000-4000-8000-000000000001/.default',
 * });
 * const token = await tokens.acquire();
 * ```
 */
export function createTokenSource({ client, ...appScopes }: TokenSourceOptions): TokenSource {
  return {
    async acquire({ scopes = appScopes.scopes, correlationId, renewal } = {}) {
      // A renewed token has all scopes, so that the next request finds it in the cache.
      const requested = renewal ? appScopes.scopes : scopes;
      try {
        const { accessToken } = await client.acquireTokenSilent({
          scopes: [...requested],
          ...(correlationId && { correlationId }),
          ...(renewal && { forceRefresh: true }),
          ...(renewal?.claims !== undefined && { claims: renewal.claims }),
        });
        return accessToken;
      } catch (error) {
        throw new ProblemError(describeEntraError(error, correlationId));
      }
    },

    async interact(problem) {
      if (!requiresInteraction(problem)) throw new ProblemError(problem);
      const { correlationId } = problem;
      const { scopes, ...request } = createInteractiveRequest(problem, appScopes);
      try {
        await client.acquireTokenRedirect({
          ...request,
          scopes: [...scopes],
          ...(correlationId && { correlationId }),
        });
      } catch (error) {
        throw new ProblemError(describeEntraError(error, correlationId));
      }
    },
  };
}

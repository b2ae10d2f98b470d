import { ConfidentialClientApplication } from '@azure/msal-node';
import { LRUCache } from 'lru-cache';
import type { ApiError } from '../api-error.ts';
import type { Entra } from '../entra.ts';
import { reveal } from '../redacted.ts';
import { type Caller, userAssertion } from '../token/caller.ts';
import { createChallengeOnce } from './challenge-once.ts';
import type { ClientCredential, CredentialSource } from './credential.ts';
import { type ExchangedToken, type IssuedToken, readExchangedToken } from './exchanged-token.ts';
import { network, type Refusal, TokenEndpointRefusal } from './network.ts';
import { apiErrorOf, isCredentialRefused } from './refusal.ts';
import { createTokenEndpointGuard } from './token-endpoint-guard.ts';

/** What to exchange: for which user and for which permissions. */
export type ExchangeRequest = {
  /** The user to act for, from a validated token A. */
  readonly caller: Caller;
  /** Delegated scopes of one downstream API, such as `api://…/Documents.Read`. */
  readonly scopes: readonly string[];
  /**
   * The audiences of that API's tokens: its client id, and `api://` followed by it. Token B is
   * checked against them. Leave them out for an API whose tokens are opaque to this app, such as
   * Microsoft Graph. Then token B is not parsed.
   */
  readonly audiences?: readonly string[] | undefined;
  /** The correlation id of the request, a GUID. Entra records it in its sign-in log. */
  readonly correlationId: string;
  /** The claims of a challenge: a JSON object with a top-level `access_token`. */
  readonly claims?: object | undefined;
};

/** How to create an {@link Exchange}. */
export type ExchangeOptions = {
  /** Entra ID. Its metadata names the token endpoint. */
  readonly entra: Entra;
  /** The client id of this API's app registration. */
  readonly clientId: string;
  /** Provides this API's client credential. */
  readonly credential: CredentialSource;
  /** Returns the time in milliseconds since 1970. Default: `Date.now`. */
  readonly now?: (() => number) | undefined;
};

/**
 * Exchanges token A for token B at Entra, without a cache.
 *
 * @throws {ApiError} with the code from `refusalClasses` if Entra refuses
 * @throws {ApiError} `unavailable` if the credential or Entra's metadata cannot be read
 * @throws {ApiError} `bad_gateway` if the issued token is not usable
 * @throws {TypeError} if the caller was not created by token validation
 */
export type Exchange = (request: ExchangeRequest) => Promise<ExchangedToken>;

/** How many confidential clients are cached: one for each tenant and credential version. */
const maxClients = 100;

/**
 * Creates the exchange of token A for token B by the On-Behalf-Of flow
 * (https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow). It uses MSAL
 * and the tenant of the caller.
 *
 * MSAL's token cache is not used, because its lookup is linear in the number of users and blocks
 * the event loop. `createExchangeCache` caches the result.
 *
 * @example
 * ```ts
 * const exchange = createExchange({ entra, clientId, credential });
 * const { token } = await exchange({ caller, scopes, audiences, correlationId });
 * ```
 */
export function createExchange({
  entra: { authorityHost, keys },
  clientId,
  credential,
  now = Date.now,
}: ExchangeOptions): Exchange {
  const guard = createTokenEndpointGuard({ now });
  const challengeOnce = createChallengeOnce(now);
  const clients = new LRUCache<string, ConfidentialClientApplication>({ max: maxClients });

  async function clientFor(
    tenantId: string,
    { version, options }: ClientCredential,
  ): Promise<ConfidentialClientApplication> {
    const key = `${tenantId} ${version}`;
    const cached = clients.get(key);
    if (cached) return cached;
    const { document } = await keys.metadataOf(tenantId, '2.0');
    const client = new ConfidentialClientApplication({
      auth: {
        clientId,
        // MSAL accepts an https authority only. It takes the endpoints from the metadata, so they
        // can still be http on a developer's machine.
        authority: `https://${authorityHost.host}/${tenantId}`,
        knownAuthorities: [authorityHost.host],
        authorityMetadata: JSON.stringify(document),
        // Tells Entra that this API handles claims challenges.
        clientCapabilities: ['cp1'],
        ...options(),
      },
      system: { networkClient: network },
    });
    clients.set(key, client);
    return client;
  }

  async function acquireToken(
    { caller, scopes, correlationId, claims }: ExchangeRequest,
    clientCredential: ClientCredential,
  ): Promise<IssuedToken> {
    const client = await clientFor(caller.tenantId, clientCredential);
    const oboRequest = {
      oboAssertion: reveal(userAssertion(caller)),
      scopes: [...scopes],
      skipCache: true,
      correlationId,
      ...(claims && { claims: JSON.stringify(claims) }),
    };
    try {
      const result = await guard(caller, () => client.acquireTokenOnBehalfOf(oboRequest));
      return {
        accessToken: result?.accessToken ?? '',
        // MSAL has added `expires_in` to the system time, which may differ from `now`.
        lifetime: (result?.expiresOn?.getTime() ?? 0) - Date.now(),
      };
    } finally {
      // MSAL writes the token to its cache in spite of `skipCache`.
      client.clearCache();
    }
  }

  /** Tries once more with another credential if Entra refuses the current one. */
  async function acquireTokenWithRenewal(request: ExchangeRequest): Promise<IssuedToken> {
    const current = await credential.current();
    try {
      return await acquireToken(request, current);
    } catch (error) {
      const isRefused = error instanceof TokenEndpointRefusal && isCredentialRefused(error.refusal);
      const renewed = isRefused ? await credential.renew(current.version) : undefined;
      if (!renewed) throw error;
      return acquireToken(request, renewed);
    }
  }

  function toApiError({ caller, scopes }: ExchangeRequest, refusal: Refusal): ApiError {
    return apiErrorOf(challengeOnce(caller, refusal), scopes);
  }

  return async (request) => {
    try {
      const issued = await acquireTokenWithRenewal(request);
      return readExchangedToken(issued, request, now());
    } catch (error) {
      if (error instanceof TokenEndpointRefusal) throw toApiError(request, error.refusal);
      throw error;
    }
  };
}

import { ConfidentialClientApplication } from '@azure/msal-node';
import { LRUCache } from 'lru-cache';
import type { ApiError } from '../api-error.ts';
import { reveal } from '../redacted.ts';
import { type Caller, userAssertion } from '../token/caller.ts';
import type { Keys } from '../token/keys.ts';
import { createChallengeOnce } from './challenge-once.ts';
import type { ClientCredential, CredentialSource } from './credential.ts';
import { type ExchangedToken, readExchangedToken } from './exchanged-token.ts';
import { network, type Refusal, TokenEndpointRefusal } from './network.ts';
import { apiErrorOf, isCredentialRefused } from './refusal.ts';
import { createTokenEndpointGuard } from './token-endpoint-guard.ts';

/** What to exchange: for which user and for which permissions. */
export type ExchangeRequest = {
  /** The user to act for, from a validated token A. */
  readonly caller: Caller;
  /** Delegated scopes of one downstream API, such as `api://…/Documents.Read`. */
  readonly scopes: readonly string[];
  /** The audiences of that API's tokens: its client id, and `api://` followed by it. */
  readonly audiences: readonly string[];
  /** The correlation id of the request, a GUID. Entra records it in its sign-in log. */
  readonly correlationId: string;
  /** The claims of a challenge: a JSON object with a top-level `access_token`. */
  readonly claims?: object | undefined;
};

/** The settings of `createExchange`. */
export type ExchangeSettings = {
  /** Entra's authority host, such as `https://login.microsoftonline.com`. */
  readonly authorityHost: URL;
  /** The client id of this API's app registration. */
  readonly clientId: string;
  /** Provides Entra's metadata, from which MSAL takes the token endpoint. */
  readonly keys: Keys;
  /** Provides this API's client credential. */
  readonly credential: CredentialSource;
  /** The current time in milliseconds since 1970. */
  readonly now?: () => number;
};

/**
 * Exchanges token A for token B at Entra, without a cache.
 *
 * @throws ApiError with the code from `refusalClasses` if Entra refuses
 * @throws ApiError `unavailable` if the credential or Entra's metadata cannot be read
 * @throws ApiError `bad_gateway` if the issued token is not usable
 * @throws TypeError if the caller was not created by token validation
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
 * the event loop. `createOnBehalfOf` has the cache.
 *
 * @example
 * const exchange = createExchange({ authorityHost, clientId, keys, credential });
 * const { token } = await exchange({ caller, scopes, audiences, correlationId });
 */
export function createExchange({
  authorityHost,
  clientId,
  keys,
  credential,
  now = Date.now,
}: ExchangeSettings): Exchange {
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
  ): Promise<string> {
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
      return result?.accessToken ?? '';
    } finally {
      // MSAL writes the token to its cache in spite of `skipCache`.
      client.clearCache();
    }
  }

  /** Tries once more with another credential if Entra refuses the current one. */
  async function acquireTokenWithRenewal(request: ExchangeRequest): Promise<string> {
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
      const accessToken = await acquireTokenWithRenewal(request);
      return readExchangedToken(accessToken, request, now());
    } catch (error) {
      if (error instanceof TokenEndpointRefusal) throw toApiError(request, error.refusal);
      throw error;
    }
  };
}

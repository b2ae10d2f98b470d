import type { TokenCredential } from '@azure/core-auth';
import type { Entra } from '../entra.ts';
import { readClientIds, requireEntra } from '../http/api-options.ts';
import type { CredentialSource } from './credential.ts';
import { createExchange } from './exchange.ts';
import { createExchangeCache, type ExchangeCache } from './exchange-cache.ts';
import { createUserCredential, type UserCall } from './user-credential.ts';

/** How to create {@link OnBehalfOf}. */
export type OnBehalfOfOptions = {
  /** Entra ID, from `createEntra`. */
  readonly entra: Entra;

  /** The client id of this API's app registration. */
  readonly clientId: string;

  /** The client credential with which this API authenticates itself to Entra. */
  readonly credential: CredentialSource;

  /**
   * How many tokens are cached, at about 1 KiB each. The least recently used is dropped first.
   * Default: 10,000.
   */
  readonly capacity?: number;

  /** Returns the time in milliseconds since 1970. Default: `Date.now`. */
  readonly now?: () => number;
};

/** Calls other services on behalf of the users of this API. */
export interface OnBehalfOf extends ExchangeCache {
  /**
   * Returns a credential with which a client of the Azure SDK acts as the user of a call. It
   * exchanges token A for the scopes that the client requests. A claims challenge that the client
   * handles leads to a new exchange with these claims.
   *
   * Create the credential and the client for each call: the credential belongs to one user.
   *
   * When Entra refuses the exchange, the client throws the `ApiError` unchanged. Do not catch it,
   * so that `createApi` returns it to the caller with its claims. If the service rejects the new
   * token, too, the client throws its own error, with status 401.
   *
   * @example
   * ```ts
   * const handler = async (call: Call) => {
   *   const tables = new TableClient(url, 'orders', onBehalfOf.credentialFor(call));
   *   return { json: await tables.getEntity('contoso', '1') };
   * };
   * ```
   */
  credentialFor(call: UserCall): TokenCredential;
}

/**
 * Creates the On-Behalf-Of exchange
 * (https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow): with it, this
 * API calls other services as the user. One object serves any number of downstream APIs. They share
 * one cache.
 *
 * @throws {TypeError} `clientId` is not a GUID, `entra` is not from `createEntra`, or `credential`
 * is not a source of credentials.
 *
 * @example
 * ```ts
 * const onBehalfOf = createOnBehalfOf({
 *   entra: createEntra({ tenantIds: [tenantId] }),
 *   clientId,
 *   credential: keyVaultCertificate({ vaultUrl, name: 'orders-api' }),
 * });
 * ```
 */
export function createOnBehalfOf({
  entra,
  clientId,
  credential,
  capacity,
  now,
}: OnBehalfOfOptions): OnBehalfOf {
  requireEntra(entra);
  readClientIds('clientId', [clientId]);
  if (typeof credential?.current !== 'function')
    throw new TypeError('credential must be a source, such as what keyVaultCertificate returns.');
  const exchange = createExchange({ entra, clientId, credential, now });
  const cache = createExchangeCache({ exchange, capacity, now });
  return { ...cache, credentialFor: (call) => createUserCredential(cache, call) };
}

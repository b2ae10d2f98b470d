import type { AccessToken, TokenCredential } from '@azure/core-auth';
import { createTokenCache } from '../refreshing-cache.ts';
import type { CredentialSource } from './credential.ts';
import { credentialError, toCredentialError } from './credential-error.ts';
import { managedIdentity } from './managed-identity.ts';

/** How to create a {@link federatedCredential}. */
export type FederatedCredentialOptions = {
  /**
   * The managed identity that the app registration trusts. Default: the system-assigned managed
   * identity.
   */
  readonly identity?: TokenCredential;

  /** Returns the time in milliseconds since 1970. Default: `Date.now`. */
  readonly now?: () => number;
};

/** The scope of the tokens that Entra accepts as a client assertion of a managed identity. */
const tokenExchangeScope = 'api://AzureADTokenExchange/.default';

/**
 * Creates the source of a client credential without a secret: a token of the managed identity is
 * the client assertion
 * (https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity).
 *
 * @example
 * ```ts
 * const credential = federatedCredential({ identity: managedIdentity(identityClientId) });
 * ```
 */
export function federatedCredential({
  identity = managedIdentity(),
  now = Date.now,
}: FederatedCredentialOptions = {}): CredentialSource {
  async function loadToken(): Promise<AccessToken> {
    try {
      const token = await identity.getToken(tokenExchangeScope);
      if (!token) throw credentialError('the managed identity returned no token');
      return token;
    } catch (error) {
      throw toCredentialError(error);
    }
  }

  const tokens = createTokenCache(loadToken, now);
  const clientAssertion = async () => (await tokens.get()).token;
  const credential = { version: 'managed-identity', options: () => ({ clientAssertion }) };

  return {
    current: async () => credential,
    renew: async () => undefined,
  };
}

import { type AccessToken, AzureAuthorityHosts, ManagedIdentityCredential, type TokenCredential } from '@azure/identity';
import { rememberTokens } from '../managed-identity.ts';

/**
 * The app's managed identity through @azure/identity, with what that lacks: one request for however many ask at once, and a deadline.
 * @param clientId of the user-assigned identity; absent for the system-assigned one
 */
export function createIdentity(clientId: string | undefined): TokenCredential {
  // A managed identity asks the platform, not the authority, but without this it would judge AZURE_AUTHORITY_HOST, which is http on a laptop.
  const options = { authorityHost: AzureAuthorityHosts.AzurePublicCloud };
  const credential =
    clientId === undefined ? new ManagedIdentityCredential(options) : new ManagedIdentityCredential({ ...options, clientId });
  return rememberTokens((scope, abortSignal): Promise<AccessToken> => credential.getToken(scope, { abortSignal }));
}

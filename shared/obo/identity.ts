import { type AccessToken, ManagedIdentityCredential, type TokenCredential } from '@azure/identity';
import { rememberTokens } from '../managed-identity.ts';

/**
 * The app's managed identity through @azure/identity, with what that lacks: one request for however many ask at once, and a deadline.
 * @param clientId of the user-assigned identity; absent for the system-assigned one
 */
export function createIdentity(clientId: string | undefined): TokenCredential {
  const credential = clientId === undefined ? new ManagedIdentityCredential() : new ManagedIdentityCredential({ clientId });
  return rememberTokens((scope, abortSignal): Promise<AccessToken> => credential.getToken(scope, { abortSignal }));
}

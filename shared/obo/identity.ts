import { createDefaultHttpClient, type HttpClient } from '@azure/core-rest-pipeline';
import { AzureAuthorityHosts, ManagedIdentityCredential } from '@azure/identity';

const client = createDefaultHttpClient();

/** @azure/identity hands no abort signal on, so that a silent endpoint would keep its socket for ever: it gets 3 s. */
const httpClient: HttpClient = { sendRequest: (request) => client.sendRequest(Object.assign(request, { timeout: 3_000 })) };

/**
 * The app's managed identity through @azure/identity.
 * @param clientId of the user-assigned identity; absent for the system-assigned one
 */
export function createIdentity(clientId: string | undefined) {
  // A managed identity asks the platform, not the authority, but without this it would judge AZURE_AUTHORITY_HOST, which is http on a laptop.
  const options = { authorityHost: AzureAuthorityHosts.AzurePublicCloud, httpClient, retryOptions: { maxRetries: 0 } };
  return new ManagedIdentityCredential({ ...options, ...(clientId && { clientId }) });
}

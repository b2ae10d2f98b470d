import {
  createDefaultHttpClient,
  type HttpClient,
  type PipelineResponse,
} from '@azure/core-rest-pipeline';
import {
  AzureAuthorityHosts,
  ManagedIdentityCredential,
  type TokenCredential,
} from '@azure/identity';

const client = createDefaultHttpClient();

/** The platform's last answer; of the process, since MSAL keeps the first identity's way to the network for all of them. */
let response: PipelineResponse | undefined;
const sendRequest: HttpClient['sendRequest'] = async (request) => {
  response = await client.sendRequest(Object.assign(request, { timeout: 3_000 }));
  return response;
};

/**
 * The app's managed identity through @azure/identity, with what that lacks: a silent endpoint keeps no socket beyond 3 s, since the library
 * hands no abort signal on, and an error carries the platform's answer, of which the library drops the Retry-After.
 * @param clientId of the user-assigned identity; absent for the system-assigned one
 */
export function createIdentity(clientId: string | undefined): TokenCredential {
  // A managed identity asks the platform, not the authority, but without this it would judge AZURE_AUTHORITY_HOST, which is http on a laptop.
  const options = {
    authorityHost: AzureAuthorityHosts.AzurePublicCloud,
    httpClient: { sendRequest },
    retryOptions: { maxRetries: 0 },
  };
  const identity = new ManagedIdentityCredential({ ...options, ...(clientId && { clientId }) });
  const fail = (error: Error) => Promise.reject(Object.assign(error, { response }));
  return { getToken: (scopes) => identity.getToken(scopes).catch(fail) };
}

import type { AccessToken, TokenCredential } from '@azure/core-auth';
import {
  createDefaultHttpClient,
  type HttpClient,
  type PipelineResponse,
} from '@azure/core-rest-pipeline';
import type { ManagedIdentityCredential } from '@azure/identity';
import { credentialError } from './credential-error.ts';

/** Milliseconds for one request to the managed identity endpoint. */
const requestTimeout = 3_000;

const httpClient = createDefaultHttpClient();

/**
 * The last response of the managed identity endpoint. It belongs to the process and not to one
 * credential, because MSAL uses the HTTP client of the first credential for all of them.
 */
let lastResponse: PipelineResponse | undefined;

const sendRequest: HttpClient['sendRequest'] = async (request) => {
  request.timeout = requestTimeout;
  lastResponse = await httpClient.sendRequest(request);
  return lastResponse;
};

/**
 * Creates the credential of the app's managed identity with `@azure/identity`, and adds two things
 * that the library lacks:
 * - A request to an endpoint that does not respond ends after 3 seconds. The library does not
 *   forward an abort signal, so the socket would stay open.
 * - An error has the endpoint's `response`. The library drops its `Retry-After`.
 *
 * @param clientId the client id of a user-assigned identity. Default: the system-assigned identity.
 * @throws {Error} from `@azure/identity`, with `response`, when `getToken` fails
 * @throws {ApiError} `unavailable` if the library is not installed
 * @example
 * ```ts
 * const identity = managedIdentity(identityClientId);
 * const token = await identity.getToken('https://vault.azure.net/.default');
 * ```
 */
export function managedIdentity(clientId?: string): TokenCredential {
  let identity: Promise<ManagedIdentityCredential> | undefined;

  return {
    async getToken(scopes): Promise<AccessToken> {
      identity ??= createIdentity(clientId);
      const credential = await identity;
      try {
        return await credential.getToken(scopes);
      } catch (error) {
        throw Object.assign(error as Error, { response: lastResponse });
      }
    },
  };
}

async function createIdentity(clientId: string | undefined): Promise<ManagedIdentityCredential> {
  const { AzureAuthorityHosts, ManagedIdentityCredential } = await loadLibrary();
  return new ManagedIdentityCredential({
    // A managed identity sends no request to the authority. Without this option, the library
    // would validate AZURE_AUTHORITY_HOST and reject the http URL of a local authority.
    authorityHost: AzureAuthorityHosts.AzurePublicCloud,
    httpClient: { sendRequest },
    retryOptions: { maxRetries: 0 },
    ...(clientId && { clientId }),
  });
}

/** Loaded on demand, so that apps without a managed identity need not install the library. */
async function loadLibrary() {
  try {
    return await import('@azure/identity');
  } catch {
    throw credentialError('the package @azure/identity cannot be loaded');
  }
}

import { createDefaultHttpClient, type HttpClient } from '@azure/core-rest-pipeline';
import { isLoopback } from '../loopback.ts';

const defaultHttpClient = createDefaultHttpClient();

/** Sends requests over plain http, although their URLs start with https. */
const plainHttpClient: HttpClient = {
  async sendRequest(request) {
    if (!isLoopback(new URL(request.url)))
      throw new Error('Plain http is allowed for loopback addresses only.');
    const response = await defaultHttpClient.sendRequest({
      ...request,
      url: request.url.replace(/^https:/, 'http:'),
      allowInsecureConnection: true,
    });
    // The policies of the Azure clients compare requests by identity.
    return { ...response, request };
  },
};

/**
 * Returns the URL and the options for the constructor of an Azure SDK client.
 *
 * The Azure clients send a token over https only, but an emulator on this machine has no
 * certificate. For a loopback address, the client receives an https URL, and its requests are sent
 * over plain http. The settings accept plain http only for a loopback address, and never on Azure.
 *
 * @example
 * ```ts
 * const { url, options } = azureClientArguments(settings.AZURE_KEY_VAULT_ENDPOINT);
 * const client = new SecretClient(url, identity, options);
 * ```
 */
export function azureClientArguments({ href, protocol }: URL): {
  /** The service's https URL, without a slash at its end. */
  readonly url: string;

  /** Options to pass to the client's constructor. */
  readonly options: { readonly httpClient?: HttpClient };
} {
  const url = href.replace(/^http:/, 'https:').replace(/\/$/, '');
  return { url, options: protocol === 'http:' ? { httpClient: plainHttpClient } : {} };
}

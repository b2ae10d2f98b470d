import { createDefaultHttpClient, type HttpClient } from '@azure/core-rest-pipeline';
import { isLoopback } from '../settings.ts';

/**
 * Address and options for an Azure client. Those clients send a token by https only, and a service on this machine has no certificate: there,
 * and only there, the client is given an https address and its requests go out as http. Settings allow http nowhere else, and never on Azure.
 */
export function addressOf(endpoint: URL): { readonly url: string; readonly options: { readonly httpClient?: HttpClient } } {
  const url = endpoint.href.replace(/\/$/, '');
  if (endpoint.protocol !== 'http:') return { url, options: {} };
  return { url: url.replace(/^http:/, 'https:'), options: { httpClient: plainHttp() } };
}

function plainHttp(): HttpClient {
  const client = createDefaultHttpClient();
  return {
    async sendRequest(request) {
      const { url } = request;
      if (!isLoopback(new URL(url))) throw new Error('plain http is for this machine only');
      request.url = url.replace(/^https:/, 'http:');
      request.allowInsecureConnection = true;
      try {
        return await client.sendRequest(request);
      } finally {
        request.url = url;
      }
    },
  };
}

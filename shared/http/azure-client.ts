import { createDefaultHttpClient, type HttpClient } from '@azure/core-rest-pipeline';
import { isLoopback } from '../loopback.ts';

const client = createDefaultHttpClient();

const plainHttp: HttpClient = {
  async sendRequest(request) {
    if (!isLoopback(new URL(request.url))) throw new Error('plain http is for this machine only');
    const url = request.url.replace(/^https:/, 'http:');
    const answer = await client.sendRequest({ ...request, url, allowInsecureConnection: true });
    // Azure's policies know their request by its identity.
    return { ...answer, request };
  },
};

/**
 * Address and options for an Azure client. Those clients send a token by https only, and a service on this machine has no certificate: there,
 * and only there, the client is given an https address and its requests go out as http. Settings allow http nowhere else, and never on Azure.
 */
export function addressOf({ href, protocol }: URL): {
  readonly url: string;
  readonly options: { readonly httpClient?: HttpClient };
} {
  const url = href.replace(/^http:/, 'https:').replace(/\/$/, '');
  return { url, options: protocol === 'http:' ? { httpClient: plainHttp } : {} };
}

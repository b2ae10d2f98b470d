import type { Call } from '../shared/http/call.ts';
import type { DownstreamClient } from './downstream-client.ts';
import { headersToForward, relay } from './relay.ts';

/** The query parameters that are forwarded. Downstream API checks their values. */
const pageParameters = ['limit', 'continuation'];

/** Returns one page of the documents that the user may read. */
export const listDocuments =
  ({ api, scopes }: DownstreamClient) =>
  async (call: Call) => {
    const query = new URLSearchParams();
    for (const name of pageParameters) {
      for (const value of call.request.query.getAll(name)) query.append(name, value);
    }
    const response = await api.get(call, 'documents', {
      scopes: scopes('Documents.Read'),
      headers: headersToForward(call),
      query,
    });
    return relay(response);
  };

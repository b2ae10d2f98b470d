import type { Call } from '../shared/http/create-api.ts';
import type { DownstreamClient } from './downstream-client.ts';
import { readDocumentId } from './parameters.ts';
import { headersToForward, relay } from './relay.ts';

/** Returns a document with its ETag. */
export const readDocument =
  ({ api, scopes }: DownstreamClient) =>
  async (call: Call) => {
    const response = await api.get(call, `documents/${readDocumentId(call.request)}`, {
      scopes: scopes('Documents.Read'),
      headers: headersToForward(call),
    });
    return relay(response);
  };

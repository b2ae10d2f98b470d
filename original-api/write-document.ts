import { readJsonBody } from '../shared/http/body.ts';
import type { Call } from '../shared/http/create-api.ts';
import type { DownstreamClient } from './downstream-client.ts';
import { readDocumentId } from './parameters.ts';
import { headersToForward, relay } from './relay.ts';

/** Creates or updates a document. Downstream API checks the body and the precondition. */
export const writeDocument =
  ({ api, scopes }: DownstreamClient) =>
  async (call: Call) => {
    const response = await api.put(call, `documents/${readDocumentId(call.request)}`, {
      scopes: scopes('Documents.ReadWrite'),
      headers: headersToForward(call),
      json: await readJsonBody(call.request),
    });
    return relay(response);
  };

import type { Call } from '../shared/http/create-api.ts';
import type { HandlerResult } from '../shared/http/response.ts';
import type { DownstreamClient } from './downstream-client.ts';
import { readDocumentId } from './parameters.ts';
import { headersToForward } from './relay.ts';

/**
 * Deletes a document. Downstream API requires an authentication context (step-up), so the response
 * can be a claims challenge.
 */
export const deleteDocument =
  ({ api, scopes }: DownstreamClient) =>
  async (call: Call): Promise<HandlerResult> => {
    const { status } = await api.delete(call, `documents/${readDocumentId(call.request)}`, {
      scopes: scopes('Documents.ReadWrite'),
      headers: headersToForward(call),
    });
    return { status };
  };

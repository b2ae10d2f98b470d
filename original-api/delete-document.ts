import type { Call } from '../shared/http/create-api.ts';
import type { CallDownstream } from '../shared/http/downstream.ts';
import { readDocumentId } from './parameters.ts';
import { relay } from './relay.ts';

/**
 * Deletes a document. Downstream API requires an authentication context (step-up), so the response
 * can be a claims challenge.
 */
export const deleteDocument = (downstream: CallDownstream) => async (call: Call) =>
  relay(downstream, call, {
    method: 'DELETE',
    path: `documents/${readDocumentId(call.request)}`,
    scope: 'Documents.ReadWrite',
  });

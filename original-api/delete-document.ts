import type { CallDownstream } from '../shared/http/downstream.ts';
import type { Call } from '../shared/http/create-api.ts';
import { readId } from './parameters.ts';
import { relay } from './relay.ts';

/** Deletes a document; Downstream demands the authentication context for it, so this may end in a claims challenge. */
export const deleteDocument = (downstream: CallDownstream) => async (call: Call) =>
  relay(downstream, call, {
    method: 'DELETE',
    path: `documents/${readId(call.request)}`,
    scope: 'Documents.ReadWrite',
  });

import type { Call } from '../shared/http/create-api.ts';
import type { CallDownstream } from '../shared/http/downstream.ts';
import { readDocumentId } from './parameters.ts';
import { relay } from './relay.ts';

/** Returns a document with its ETag. */
export const readDocument = (downstream: CallDownstream) => async (call: Call) =>
  relay(downstream, call, {
    method: 'GET',
    path: `documents/${readDocumentId(call.request)}`,
    scope: 'Documents.Read',
  });

import type { CallDownstream } from '../shared/http/downstream.ts';
import type { Call } from '../shared/http/create-api.ts';
import { readId } from './parameters.ts';
import { relay } from './relay.ts';

/** One document, with its ETag. */
export const readDocument = (downstream: CallDownstream) => async (call: Call) =>
  relay(downstream, call, {
    method: 'GET',
    path: `documents/${readId(call.request)}`,
    scope: 'Documents.Read',
  });

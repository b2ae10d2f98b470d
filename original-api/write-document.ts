import { readJsonBody } from '../shared/http/body.ts';
import type { CallDownstream } from '../shared/http/downstream.ts';
import type { Call } from '../shared/http/create-api.ts';
import { readId } from './parameters.ts';
import { relay } from './relay.ts';

/** Creates or updates a document under the precondition that the caller sent. */
export const writeDocument = (downstream: CallDownstream) => async (call: Call) =>
  relay(downstream, call, {
    method: 'PUT',
    path: `documents/${readId(call.request)}`,
    scope: 'Documents.ReadWrite',
    json: await readJsonBody(call.request),
  });

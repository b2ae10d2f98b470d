import { readJsonBody } from '../shared/http/body.ts';
import type { Call } from '../shared/http/create-api.ts';
import type { CallDownstream } from '../shared/http/downstream.ts';
import { readDocumentId } from './parameters.ts';
import { relay } from './relay.ts';

/** Creates or updates a document. Downstream API checks the body and the precondition. */
export const writeDocument = (downstream: CallDownstream) => async (call: Call) =>
  relay(downstream, call, {
    method: 'PUT',
    path: `documents/${readDocumentId(call.request)}`,
    scope: 'Documents.ReadWrite',
    json: await readJsonBody(call.request),
  });

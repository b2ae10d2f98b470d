import type { Call } from '../shared/http/create-api.ts';
import type { CallDownstream } from '../shared/http/downstream.ts';
import { relay } from './relay.ts';

/** The query parameters that are sent on. Downstream API checks their values. */
const pageParameters = ['limit', 'continuation'];

/** Returns one page of the documents that the user may read. */
export const listDocuments = (downstream: CallDownstream) => async (call: Call) => {
  const query = new URLSearchParams();
  for (const name of pageParameters) {
    for (const value of call.request.query.getAll(name)) query.append(name, value);
  }
  return relay(downstream, call, {
    method: 'GET',
    path: `documents?${query}`,
    scope: 'Documents.Read',
  });
};

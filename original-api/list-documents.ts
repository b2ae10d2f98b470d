import type { CallDownstream } from '../shared/http/downstream.ts';
import type { Call } from '../shared/http/create-api.ts';
import { relay } from './relay.ts';

/** The documents that the user may read, a page of them; `limit` and `continuation` are checked where they are used. */
export const listDocuments = (downstream: CallDownstream) => async (call: Call) => {
  const page = new URLSearchParams();
  for (const name of ['limit', 'continuation'])
    for (const value of call.request.query.getAll(name)) page.append(name, value);
  return relay(downstream, call, {
    method: 'GET',
    path: `documents?${page}`,
    scope: 'Documents.Read',
  });
};

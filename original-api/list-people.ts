import { ApiError } from '../shared/api-error.ts';
import type { Call } from '../shared/http/call.ts';
import type { Downstream } from '../shared/http/downstream.ts';
import type { HandlerResult } from '../shared/http/response.ts';
import { parsePeople, selectedProperties } from './person.ts';

const maxSearchLength = 64;
const maxPeople = '20';

/** The properties that are compared with the text of a search. */
const searchedProperties = ['displayName', 'userPrincipalName'];

/**
 * Finds people of the caller's tenant whose name or user name starts with a text. It asks Microsoft
 * Graph on behalf of the user.
 */
export const listPeople =
  (graph: Downstream) =>
  async (call: Call): Promise<HandlerResult> => {
    const query = {
      $filter: createFilter(readSearch(call.request.query)),
      $select: selectedProperties,
      $top: maxPeople,
    };
    const headers = { 'client-request-id': call.trace.correlationId };
    const { json } = await graph.get(call, 'users', { query, headers });
    return { json: { people: parsePeople(json) } };
  };

/** @throws {ApiError} `bad_request` unless there is one `search` of 1 to 64 characters */
function readSearch(query: URLSearchParams): string {
  const [search = '', ...others] = query.getAll('search');
  const { length } = Array.from(search);
  if (length > 0 && length <= maxSearchLength && others.length === 0) return search;
  throw new ApiError('bad_request', {
    detail: `'search' must be a text of 1 to ${maxSearchLength} characters.`,
  });
}

/** Creates an OData filter. A quote in a text is doubled (OData URL Conventions §5.1.1.14.1). */
function createFilter(search: string): string {
  const literal = `'${search.replaceAll("'", "''")}'`;
  return searchedProperties.map((property) => `startswith(${property},${literal})`).join(' or ');
}

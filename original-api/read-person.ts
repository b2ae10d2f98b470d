import { ApiError } from '../shared/api-error.ts';
import type { Call } from '../shared/http/call.ts';
import type { Downstream } from '../shared/http/downstream.ts';
import type { HandlerResult } from '../shared/http/response.ts';
import { isGuid } from '../shared/json.ts';
import { parsePerson, selectedProperties } from './person.ts';

/** Returns a person of the caller's tenant. It asks Microsoft Graph on behalf of the user. */
export const readPerson =
  (graph: Downstream) =>
  async (call: Call): Promise<HandlerResult> => {
    const query = { $select: selectedProperties };
    const headers = { 'client-request-id': call.trace.correlationId };
    const { json } = await graph.get(call, `users/${readId(call)}`, { query, headers });
    return { json: parsePerson(json) };
  };

/** @throws {ApiError} `bad_request` if the `id` in the path is not an object id */
function readId({ request }: Call): string {
  const id = request.params.id ?? '';
  if (isGuid(id)) return id.toLowerCase();
  throw new ApiError('bad_request', { detail: "A person's id must be an object id (a GUID)." });
}

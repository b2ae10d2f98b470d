import type { HttpRequest } from '@azure/functions';
import { ApiError } from '../shared/api-error.ts';
import { isGuid } from '../shared/json.ts';
import type { Call } from '../shared/http/create-api.ts';

/** The `id` in a route's path: 1 to 64 of A-Z, a-z, 0-9, `-`, `_` and `.`, and no step in a path, so that it can be nothing but a name. @throws ApiError `bad_request` */
export function readId({ params }: Pick<HttpRequest, 'params'>): string {
  const id = params.id ?? '';
  if (/^(?!\.\.?$)[\w.-]{1,64}$/.test(id)) return id;
  throw new ApiError('bad_request', {
    detail:
      'An id has 1 to 64 characters out of A-Z, a-z, 0-9, - _ . and is neither one dot nor two.',
  });
}

/** The `userId` in a route's path, a user's object id, `me` for the caller's own. @throws ApiError `bad_request` */
export function readUserId({ caller, request }: Pick<Call, 'caller' | 'request'>): string {
  const id = request.params.userId ?? '';
  if (id.toLowerCase() === 'me') return caller.objectId;
  if (!isGuid(id))
    throw new ApiError('bad_request', {
      detail: "A user is named by an object id, a GUID, or by 'me'.",
    });
  return id.toLowerCase();
}

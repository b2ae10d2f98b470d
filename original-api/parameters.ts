import { ApiError } from '../shared/api-error.ts';
import type { ApiRequest, Call } from '../shared/http/call.ts';
import { isGuid } from '../shared/json.ts';

/** Excludes `.` and `..`, because a URL parser removes them from a path (RFC 3986 §5.2.4). */
const documentId = /^(?!\.\.?$)[\w.-]{1,64}$/;

/**
 * Reads the `id` of a document from the path: 1 to 64 characters from A-Z, a-z, 0-9, `-`, `_` and
 * `.`, except for `.` and `..`.
 *
 * @throws {ApiError} `bad_request` for another value
 */
export function readDocumentId({ params }: Pick<ApiRequest, 'params'>): string {
  const id = params.id ?? '';
  if (documentId.test(id)) return id;
  throw new ApiError('bad_request', {
    detail:
      "A document id must have 1 to 64 characters from A-Z, a-z, 0-9, '-', '_' and '.', and must " +
      "not be '.' or '..'.",
  });
}

/**
 * Reads the `userId` from the path: the object id of a user in lower case. `me` is the caller.
 *
 * @throws {ApiError} `bad_request` for another value
 */
export function readUserId({ caller, request }: Pick<Call, 'caller' | 'request'>): string {
  const userId = (request.params.userId ?? '').toLowerCase();
  if (userId === 'me') return caller.objectId;
  if (isGuid(userId)) return userId;
  throw new ApiError('bad_request', {
    detail: "A user id must be an object id (a GUID) or 'me'.",
  });
}

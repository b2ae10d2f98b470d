import { ApiError } from '../shared/api-error.ts';
import type { Call } from '../shared/http/call.ts';
import type { HandlerResult } from '../shared/http/response.ts';
import type { Document } from './store/document-row.ts';
import type { Documents } from './store/documents.ts';
import type { Page } from './store/shares.ts';
import type { Stored } from './store/tables.ts';

/** Returns one page of the documents that the caller may read, without their text. */
export const listDocuments =
  (documents: Documents) =>
  async ({ caller, request, signal }: Call): Promise<HandlerResult> => {
    const page = readPage(request.query);
    const list = await documents.list(caller.tenantId, caller.objectId, page, signal);
    return {
      json: {
        documents: list.documents.map(summaryOf),
        ...(list.next === undefined ? {} : { continuation: list.next }),
      },
    };
  };

const summaryOf = ({ value: { id, title, owner, modified }, etag }: Stored<Document>) => ({
  id,
  title,
  owner,
  modified,
  etag,
});

const defaultLimit = '50';
const maxLimit = 100;

/**
 * Reads `limit` and `continuation`. A continuation is the id of the last document on the previous
 * page.
 *
 * @throws {ApiError} `bad_request` for another value
 */
function readPage(query: URLSearchParams): Page {
  const limit = query.get('limit') ?? defaultLimit;
  if (!/^[1-9]\d{0,2}$/.test(limit) || Number(limit) > maxLimit)
    throw new ApiError('bad_request', {
      detail: `'limit' must be a number from 1 to ${maxLimit}.`,
    });
  const after = query.get('continuation') ?? '';
  if (!/^[\w.-]{0,64}$/.test(after))
    throw new ApiError('bad_request', {
      detail: "'continuation' must be the value from the previous page.",
    });
  return { limit: Number(limit), after };
}

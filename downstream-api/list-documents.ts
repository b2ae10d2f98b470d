import { ApiError } from '../shared/api-error.ts';
import type { HandlerResult } from '../shared/http/response.ts';
import type { Call } from '../shared/http/create-api.ts';
import type { Documents, Page } from './store/documents.ts';

/** The documents that the caller may read, a page of them. */
export const listDocuments =
  (documents: Documents) =>
  async ({ caller, request, signal }: Call): Promise<HandlerResult> => {
    const { documents: found, next } = await documents.list(
      caller.tenantId,
      caller.objectId,
      readPage(request.query),
      signal,
    );
    return {
      json: {
        documents: found.map(({ value: { id, title, owner, modified }, etag }) => ({
          id,
          title,
          owner,
          modified,
          etag,
        })),
        ...(next === undefined ? {} : { continuation: next }),
      },
    };
  };

/** A page ends with a document's id, and the next one begins behind it. @throws ApiError `bad_request` */
function readPage(query: URLSearchParams): Page {
  const limit = query.get('limit') ?? '50';
  const after = query.get('continuation') ?? '';
  if (!/^[1-9]\d{0,2}$/.test(limit) || Number(limit) > 100)
    throw new ApiError('bad_request', { detail: "'limit' is a number from 1 to 100." });
  if (!/^[\w.-]{0,64}$/.test(after))
    throw new ApiError('bad_request', {
      detail: "'continuation' is what the page before answered.",
    });
  return { limit: Number(limit), after };
}

import type { Call } from '../shared/http/create-api.ts';
import type { HandlerResult } from '../shared/http/response.ts';
import { readDocumentId } from './parameters.ts';
import { requireReadable } from './permissions.ts';
import type { Documents } from './store/documents.ts';

/** Returns a document with its ETag. */
export const readDocument =
  (documents: Documents) =>
  async ({ caller, request, signal }: Call): Promise<HandlerResult> => {
    const stored = await documents.read(caller.tenantId, readDocumentId(request), signal);
    const { value, etag } = requireReadable(caller, stored);
    return { headers: { etag }, json: value };
  };

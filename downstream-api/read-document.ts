import type { HandlerResult } from '../shared/http/response.ts';
import type { Call } from '../shared/http/create-api.ts';
import { readId } from './parameters.ts';
import { visibleTo } from './permissions.ts';
import type { Documents } from './store/documents.ts';

/** One document, with its ETag. */
export const readDocument =
  (documents: Documents) =>
  async ({ caller, request, signal }: Call): Promise<HandlerResult> => {
    const { value, etag } = visibleTo(
      caller,
      await documents.read(caller.tenantId, readId(request), signal),
    );
    return { headers: { etag }, json: value };
  };

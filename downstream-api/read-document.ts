import type { Answer } from '../shared/http/answer.ts';
import type { Call } from '../shared/http/edge.ts';
import { readId } from '../shared/http/parameters.ts';
import { visibleTo } from './permissions.ts';
import type { Documents } from './store/documents.ts';

/** One document, with its ETag. */
export const readDocument =
  (documents: Documents) =>
  async ({ caller, request, signal }: Call): Promise<Answer> => {
    const { value, etag } = visibleTo(caller, await documents.read(caller.tenantId, readId(request), signal));
    return { headers: { etag }, json: value };
  };

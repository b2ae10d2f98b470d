import { ApiError } from '../shared/api-error.ts';
import type { HandlerResult } from '../shared/http/response.ts';
import type { Call } from '../shared/http/create-api.ts';
import { readId } from './parameters.ts';
import { readDocumentBody } from './bodies.ts';
import { mayWrite, owns, visibleTo } from './permissions.ts';
import { demandMatch, readPrecondition } from './precondition.ts';
import type { Document } from './store/document-row.ts';
import type { Documents } from './store/documents.ts';

/** Creates a document, which is then the caller's own, or updates one; lists that are not sent stay as they are. */
export const writeDocument =
  (documents: Documents, now: () => number = Date.now) =>
  async ({ caller, request, signal }: Call): Promise<HandlerResult> => {
    const id = readId(request);
    const body = await readDocumentBody(request);
    const precondition = readPrecondition(request);
    const modified = new Date(now()).toISOString();
    if (precondition === 'none yet') {
      if (await documents.read(caller.tenantId, id, signal))
        throw new ApiError('conflict', {
          detail: 'There is a document of this id already.',
          logContext: { check: 'precondition' },
        });
      const { readers = [], writers = [], ...said } = body;
      const created = await documents.write(
        caller.tenantId,
        { id, ...said, owner: caller.objectId, readers, writers, modified },
        undefined,
        signal,
      );
      return { status: 201, headers: { etag: created.etag }, json: created.value };
    }

    const before = visibleTo(caller, await documents.read(caller.tenantId, id, signal));
    const { readers = before.value.readers, writers = before.value.writers, ...said } = body;
    const document: Document = { ...before.value, ...said, readers, writers, modified };
    if (!mayWrite(caller, before.value))
      throw new ApiError('forbidden', { logContext: { check: 'writer' } });
    if (!owns(caller, before.value) && changesSharing(before.value, document)) {
      throw new ApiError('forbidden', {
        detail: 'Only its owner says who may read or write a document.',
        logContext: { check: 'owner' },
      });
    }
    demandMatch(precondition, before);
    const { value, etag } = await documents.write(caller.tenantId, document, before, signal);
    return { headers: { etag }, json: value };
  };

const changesSharing = (before: Document, after: Document) =>
  !(['readers', 'writers'] as const).every(
    (list) =>
      before[list].length === after[list].length &&
      before[list].every((oid) => after[list].includes(oid)),
  );

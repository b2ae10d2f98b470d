import { ApiError } from '../shared/api-error.ts';
import type { Call } from '../shared/http/call.ts';
import type { HandlerResult } from '../shared/http/response.ts';
import { type DocumentBody, readDocumentBody } from './bodies.ts';
import { readDocumentId } from './parameters.ts';
import { isOwner, mayWrite, requireReadable } from './permissions.ts';
import { type Precondition, readPrecondition, requireMatch } from './precondition.ts';
import type { Document } from './store/document-row.ts';
import type { Documents } from './store/documents.ts';

/** The validated request. */
type DocumentWrite = {
  readonly id: string;
  readonly body: DocumentBody;
  readonly precondition: Precondition;
  /** When the request arrived: ISO 8601, UTC. */
  readonly modified: string;
};

/**
 * Creates a document with `If-None-Match: *`, or updates one with `If-Match`. The caller owns a
 * document that it creates.
 *
 * @param now the current time in milliseconds since 1970
 */
export const writeDocument =
  (documents: Documents, now: () => number = Date.now) =>
  async (call: Call): Promise<HandlerResult> => {
    const write: DocumentWrite = {
      id: readDocumentId(call.request),
      body: await readDocumentBody(call.request),
      precondition: readPrecondition(call.request),
      modified: new Date(now()).toISOString(),
    };
    return write.precondition === 'absent'
      ? createDocument(documents, call, write)
      : updateDocument(documents, call, write);
  };

async function createDocument(
  documents: Documents,
  { caller, signal }: Call,
  { id, body, modified }: DocumentWrite,
): Promise<HandlerResult> {
  if (await documents.read(caller.tenantId, id, signal))
    throw new ApiError('conflict', {
      detail: 'A document with this id already exists.',
      logContext: { check: 'precondition' },
    });
  const { title, text, readers = [], writers = [] } = body;
  const document = { id, title, text, owner: caller.objectId, readers, writers, modified };
  const { value, etag } = await documents.write(caller.tenantId, document, undefined, signal);
  return { status: 201, headers: { etag }, json: value };
}

/** If the body has no readers or no writers, those of the document remain. */
async function updateDocument(
  documents: Documents,
  { caller, signal }: Call,
  { id, body, precondition, modified }: DocumentWrite,
): Promise<HandlerResult> {
  const stored = requireReadable(caller, await documents.read(caller.tenantId, id, signal));
  const before = stored.value;
  const { title, text, readers = before.readers, writers = before.writers } = body;
  const document: Document = { ...before, title, text, readers, writers, modified };
  if (!mayWrite(caller, before))
    throw new ApiError('forbidden', { logContext: { check: 'writer' } });
  if (!isOwner(caller, before) && changesSharing(before, document))
    throw new ApiError('forbidden', {
      detail: 'Only the owner may change the readers and writers of a document.',
      logContext: { check: 'owner' },
    });
  requireMatch(precondition, stored);
  const { value, etag } = await documents.write(caller.tenantId, document, stored, signal);
  return { headers: { etag }, json: value };
}

const changesSharing = (before: Document, after: Document): boolean =>
  !isSameSet(before.readers, after.readers) || !isSameSet(before.writers, after.writers);

/** Whether two lists without duplicates have the same members. */
const isSameSet = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((member) => other.includes(member));

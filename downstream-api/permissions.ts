import { ApiError } from '../shared/api-error.ts';
import type { Caller } from '../shared/token/caller.ts';
import type { Document } from './store/document-row.ts';
import type { Stored } from './store/documents.ts';

/**
 * Effective permissions: the scope let the app ask (the route's policy), this decides whether the user may
 * (https://learn.microsoft.com/entra/identity-platform/permissions-consent-overview#effective-permissions).
 */
export const mayRead = ({ objectId }: Caller, { owner, readers, writers }: Document) =>
  owner === objectId || readers.includes(objectId) || writers.includes(objectId);

/** Owner and writers change what a document says; only its owner says who shares it, or deletes it. */
export const mayWrite = ({ objectId }: Caller, { owner, writers }: Document) =>
  owner === objectId || writers.includes(objectId);

export const owns = ({ objectId }: Caller, { owner }: Document) => owner === objectId;

/** One's own details, or anybody's in the tenant for those who manage profiles. */
export const mayAccessProfile = ({ objectId, roles }: Caller, userId: string) =>
  objectId === userId || roles.includes('Profiles.Manage');

/** The document, if the caller may know of it: other people's documents are not there at all. @throws ApiError `not_found` */
export function visibleTo(caller: Caller, stored: Stored<Document> | undefined): Stored<Document> {
  if (!stored || !mayRead(caller, stored.value))
    throw new ApiError('not_found', { logContext: { check: stored ? 'reader' : 'exists' } });
  return stored;
}

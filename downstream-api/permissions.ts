import { ApiError } from '../shared/api-error.ts';
import type { Caller } from '../shared/token/caller.ts';
import type { Document } from './store/document-row.ts';
import type { Stored } from './store/tables.ts';

// Effective permissions: the scope of a route says what the app may do, and these functions say
// what the user may do. A request needs both.
// https://learn.microsoft.com/entra/identity-platform/permissions-consent-overview#effective-permissions

/** The app role of users who may read and change the profiles of other users. */
const profileManagerRole = 'Profiles.Manage';

/** Returns whether the caller may read a document. */
export const mayRead = ({ objectId }: Caller, { owner, readers, writers }: Document): boolean =>
  owner === objectId || readers.includes(objectId) || writers.includes(objectId);

/** Returns whether the caller may change the title and the text of a document. */
export const mayWrite = ({ objectId }: Caller, { owner, writers }: Document): boolean =>
  owner === objectId || writers.includes(objectId);

/** Returns whether the caller may delete a document and change its readers and writers. */
export const isOwner = ({ objectId }: Caller, { owner }: Document): boolean => owner === objectId;

/** Returns whether the caller may read and change a user's profile. */
export const mayAccessProfile = ({ objectId, roles }: Caller, userId: string): boolean =>
  objectId === userId || roles.includes(profileManagerRole);

/**
 * Checks that the caller may access a user's profile.
 *
 * @throws {ApiError} `forbidden` if the caller may not access it
 */
export function requireProfileAccess(caller: Caller, userId: string): void {
  if (!mayAccessProfile(caller, userId))
    throw new ApiError('forbidden', { logContext: { check: 'own-or-manager' } });
}

/**
 * Returns the document if it exists and the caller may read it. The response is the same for both
 * failures, so that a caller cannot find out which documents exist. The log names the cause.
 *
 * @throws {ApiError} `not_found` if the document does not exist or the caller may not read it
 */
export function requireReadable(
  caller: Caller,
  stored: Stored<Document> | undefined,
): Stored<Document> {
  if (!stored) throw new ApiError('not_found', { logContext: { check: 'exists' } });
  if (!mayRead(caller, stored.value))
    throw new ApiError('not_found', { logContext: { check: 'reader' } });
  return stored;
}

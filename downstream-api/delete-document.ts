import { ApiError } from '../shared/api-error.ts';
import type { Call } from '../shared/http/create-api.ts';
import type { HandlerResult } from '../shared/http/response.ts';
import { requireAuthContext } from '../shared/token/authorize.ts';
import { readDocumentId } from './parameters.ts';
import { isOwner, requireReadable } from './permissions.ts';
import { readPrecondition, requireMatch } from './precondition.ts';
import type { Documents } from './store/documents.ts';

/**
 * Deletes a document that the caller owns. Requires an authentication context (step-up), so the
 * response can be a claims challenge.
 *
 * @param authContext the id of the authentication context, such as `c1`
 */
export const deleteDocument =
  (documents: Documents, authContext: string) =>
  async ({ caller, request, signal }: Call): Promise<HandlerResult> => {
    const id = readDocumentId(request);
    const precondition = readPrecondition(request);
    const stored = requireReadable(caller, await documents.read(caller.tenantId, id, signal));
    if (!isOwner(caller, stored.value))
      throw new ApiError('forbidden', {
        detail: 'Only the owner may delete a document.',
        logContext: { check: 'owner' },
      });
    requireMatch(precondition, stored);
    requireAuthContext(caller, authContext);
    await documents.remove(caller.tenantId, stored, signal);
    return { status: 204 };
  };

import { ApiError } from '../shared/api-error.ts';
import type { HandlerResult } from '../shared/http/response.ts';
import type { Call } from '../shared/http/create-api.ts';
import { readId } from './parameters.ts';
import { demandAuthContext } from '../shared/token/authorize.ts';
import { owns, visibleTo } from './permissions.ts';
import { demandMatch, readPrecondition } from './precondition.ts';
import type { Documents } from './store/documents.ts';

/** Deletes the caller's own document, after the one more check that deleting asks of the user. */
export const deleteDocument =
  (documents: Documents, authContext: string) =>
  async ({ caller, request, signal }: Call): Promise<HandlerResult> => {
    const id = readId(request);
    const precondition = readPrecondition(request);
    const before = visibleTo(caller, await documents.read(caller.tenantId, id, signal));
    if (!owns(caller, before.value))
      throw new ApiError('forbidden', {
        detail: 'Only its owner may delete a document.',
        logContext: { check: 'owner' },
      });
    demandMatch(precondition, before);
    demandAuthContext(caller, authContext);
    await documents.remove(caller.tenantId, before, signal);
    return { status: 204 };
  };

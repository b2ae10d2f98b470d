import { ApiError } from '../shared/api-error.ts';
import type { HandlerResult } from '../shared/http/response.ts';
import type { Call } from '../shared/http/create-api.ts';
import { readUserId } from './parameters.ts';
import { mayAccessProfile } from './permissions.ts';
import type { Profiles } from './store/profiles.ts';

/** A user's details; one's own are empty until they are saved. */
export const readProfile =
  (profiles: Profiles) =>
  async (call: Call): Promise<HandlerResult> => {
    const userId = readUserId(call);
    if (!mayAccessProfile(call.caller, userId))
      throw new ApiError('forbidden', { logContext: { check: 'own-or-manager' } });
    const stored = await profiles.read(call.caller.tenantId, userId, call.signal);
    if (stored) return { headers: { etag: stored.etag }, json: stored.value };
    if (userId !== call.caller.objectId)
      throw new ApiError('not_found', { logContext: { check: 'exists' } });
    return { json: { userId, displayName: '', jobTitle: '', phone: '', modified: '' } };
  };

import { ApiError } from '../shared/api-error.ts';
import type { Call } from '../shared/http/create-api.ts';
import type { HandlerResult } from '../shared/http/response.ts';
import { readUserId } from './parameters.ts';
import { requireProfileAccess } from './permissions.ts';
import type { Profile, Profiles } from './store/profiles.ts';

/** Returns a user's profile. The caller's own profile is empty until it is saved. */
export const readProfile =
  (profiles: Profiles) =>
  async (call: Call): Promise<HandlerResult> => {
    const { caller, signal } = call;
    const userId = readUserId(call);
    requireProfileAccess(caller, userId);
    const stored = await profiles.read(caller.tenantId, userId, signal);
    if (stored) return { headers: { etag: stored.etag }, json: stored.value };
    if (userId !== caller.objectId)
      throw new ApiError('not_found', { logContext: { check: 'exists' } });
    return { json: emptyProfile(userId) };
  };

const emptyProfile = (userId: string): Profile => ({
  userId,
  displayName: '',
  jobTitle: '',
  phone: '',
  modified: '',
});

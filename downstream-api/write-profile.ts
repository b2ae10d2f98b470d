import { ApiError } from '../shared/api-error.ts';
import type { HandlerResult } from '../shared/http/response.ts';
import type { Call } from '../shared/http/create-api.ts';
import { readUserId } from './parameters.ts';
import { readProfileBody } from './bodies.ts';
import { mayAccessProfile } from './permissions.ts';
import { demandMatch, readPrecondition } from './precondition.ts';
import type { Profiles } from './store/profiles.ts';

/** Saves a user's details: one's own, or anybody's with the role for it. */
export const writeProfile =
  (profiles: Profiles, now: () => number = Date.now) =>
  async (call: Call): Promise<HandlerResult> => {
    const { caller, request, signal } = call;
    const userId = readUserId(call);
    if (!mayAccessProfile(caller, userId))
      throw new ApiError('forbidden', { logContext: { check: 'own-or-manager' } });
    const profile = {
      userId,
      ...(await readProfileBody(request)),
      modified: new Date(now()).toISOString(),
    };
    const precondition = readPrecondition(request);
    const stored = await profiles.read(caller.tenantId, userId, signal);
    if (stored) demandMatch(precondition, stored);
    else if (precondition !== 'none yet')
      throw new ApiError('conflict', { logContext: { check: 'precondition' } });
    const { value, etag } = await profiles.write(caller.tenantId, profile, stored?.etag, signal);
    return { status: stored ? 200 : 201, headers: { etag }, json: value };
  };

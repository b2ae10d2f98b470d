import { ApiError } from '../shared/api-error.ts';
import type { Call } from '../shared/http/create-api.ts';
import type { HandlerResult } from '../shared/http/response.ts';
import { readProfileBody } from './bodies.ts';
import { readUserId } from './parameters.ts';
import { requireProfileAccess } from './permissions.ts';
import { readPrecondition, requireMatch } from './precondition.ts';
import type { Profiles } from './store/profiles.ts';

/**
 * Creates a user's profile with `If-None-Match: *`, or updates it with `If-Match`.
 *
 * @param now the current time in milliseconds since 1970
 */
export const writeProfile =
  (profiles: Profiles, now: () => number = Date.now) =>
  async (call: Call): Promise<HandlerResult> => {
    const { caller, request, signal } = call;
    const userId = readUserId(call);
    requireProfileAccess(caller, userId);
    const body = await readProfileBody(request);
    const profile = { userId, ...body, modified: new Date(now()).toISOString() };
    const precondition = readPrecondition(request);
    const stored = await profiles.read(caller.tenantId, userId, signal);
    if (stored) requireMatch(precondition, stored);
    else if (precondition !== 'absent')
      throw new ApiError('conflict', { logContext: { check: 'precondition' } });
    const { value, etag } = await profiles.write(caller.tenantId, profile, stored?.etag, signal);
    return { status: stored ? 200 : 201, headers: { etag }, json: value };
  };

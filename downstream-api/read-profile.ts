import { Denial } from '../shared/denial.ts';
import type { Answer } from '../shared/http/answer.ts';
import type { Call } from '../shared/http/edge.ts';
import { readUserId } from '../shared/http/parameters.ts';
import { mayAccessProfile } from './permissions.ts';
import type { Profiles } from './store/profiles.ts';

/** A user's details; one's own are empty until they are saved. */
export const readProfile =
  (profiles: Profiles) =>
  async (call: Call): Promise<Answer> => {
    const userId = readUserId(call);
    if (!mayAccessProfile(call.caller, userId)) throw new Denial('forbidden', { facts: { check: 'own-or-manager' } });
    const stored = await profiles.read(call.caller.tenantId, userId, call.signal);
    if (stored) return { headers: { etag: stored.etag }, json: stored.value };
    if (userId !== call.caller.objectId) throw new Denial('not_found', { facts: { check: 'exists' } });
    return { json: { userId, displayName: '', jobTitle: '', phone: '', modified: '' } };
  };

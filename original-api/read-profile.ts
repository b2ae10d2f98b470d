import type { Call } from '../shared/http/create-api.ts';
import type { CallDownstream } from '../shared/http/downstream.ts';
import { readUserId } from './parameters.ts';
import { relay } from './relay.ts';

/** Returns a user's profile. Downstream API decides whether the caller may read it. */
export const readProfile = (downstream: CallDownstream) => async (call: Call) =>
  relay(downstream, call, {
    method: 'GET',
    path: `profiles/${readUserId(call)}`,
    scope: 'Profile.Read',
  });

import type { CallDownstream } from '../shared/http/downstream.ts';
import type { Call } from '../shared/http/create-api.ts';
import { readUserId } from './parameters.ts';
import { relay } from './relay.ts';

/** A user's details; whose the caller may see is Downstream's to decide. */
export const readProfile = (downstream: CallDownstream) => async (call: Call) =>
  relay(downstream, call, {
    method: 'GET',
    path: `profiles/${readUserId(call)}`,
    scope: 'Profile.Read',
  });

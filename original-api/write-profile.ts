import { readJsonBody } from '../shared/http/body.ts';
import type { CallDownstream } from '../shared/http/downstream.ts';
import type { Call } from '../shared/http/create-api.ts';
import { readUserId } from './parameters.ts';
import { relay } from './relay.ts';

/** Saves a user's details under the precondition that the caller sent. */
export const writeProfile = (downstream: CallDownstream) => async (call: Call) =>
  relay(downstream, call, {
    method: 'PUT',
    path: `profiles/${readUserId(call)}`,
    scope: 'Profile.ReadWrite',
    json: await readJsonBody(call.request),
  });

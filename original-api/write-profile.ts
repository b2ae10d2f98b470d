import { readJsonBody } from '../shared/http/body.ts';
import type { Call } from '../shared/http/create-api.ts';
import type { CallDownstream } from '../shared/http/downstream.ts';
import { readUserId } from './parameters.ts';
import { relay } from './relay.ts';

/** Creates or updates a user's profile. Downstream API checks the body and the precondition. */
export const writeProfile = (downstream: CallDownstream) => async (call: Call) =>
  relay(downstream, call, {
    method: 'PUT',
    path: `profiles/${readUserId(call)}`,
    scope: 'Profile.ReadWrite',
    json: await readJsonBody(call.request),
  });

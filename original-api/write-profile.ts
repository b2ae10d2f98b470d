import { readJsonBody } from '../shared/http/body.ts';
import type { Call } from '../shared/http/create-api.ts';
import type { DownstreamClient } from './downstream-client.ts';
import { readUserId } from './parameters.ts';
import { headersToForward, relay } from './relay.ts';

/** Creates or updates a user's profile. Downstream API checks the body and the precondition. */
export const writeProfile =
  ({ api, scopes }: DownstreamClient) =>
  async (call: Call) => {
    const response = await api.put(call, `profiles/${readUserId(call)}`, {
      scopes: scopes('Profile.ReadWrite'),
      headers: headersToForward(call),
      json: await readJsonBody(call.request),
    });
    return relay(response);
  };

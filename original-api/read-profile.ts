import type { Call } from '../shared/http/create-api.ts';
import type { DownstreamClient } from './downstream-client.ts';
import { readUserId } from './parameters.ts';
import { headersToForward, relay } from './relay.ts';

/** Returns a user's profile. Downstream API decides whether the caller may read it. */
export const readProfile =
  ({ api, scopes }: DownstreamClient) =>
  async (call: Call) => {
    const response = await api.get(call, `profiles/${readUserId(call)}`, {
      scopes: scopes('Profile.Read'),
      headers: headersToForward(call),
    });
    return relay(response);
  };

import type { Call } from '../shared/http/call.ts';
import type { HandlerResult } from '../shared/http/response.ts';
import { type AllowedClients, authorizeChecks } from '../shared/token/authorize.ts';
import type { DownstreamClient } from './downstream-client.ts';
import { headersToForward, requireJson } from './relay.ts';

/**
 * Returns what each API received for this request: the claims of token A here, the claims
 * of token B at Downstream API, and the names of the checks that each token passed.
 */
export const readJourney =
  ({ api, scopes }: DownstreamClient, clients: AllowedClients) =>
  async (call: Call): Promise<HandlerResult> => {
    const response = await api.get(call, 'caller', {
      scopes: scopes('Documents.Read'),
      headers: headersToForward(call),
    });
    const { claims, checks } = call.caller;
    return {
      json: {
        original: { claims, checks: [...checks, ...authorizeChecks(clients)] },
        downstream: requireJson(response),
      },
    };
  };

import type { Call } from '../shared/http/create-api.ts';
import type { CallDownstream } from '../shared/http/downstream.ts';
import type { HandlerResult } from '../shared/http/response.ts';
import { type AllowedClients, authorizeChecks } from '../shared/token/authorize.ts';

/**
 * Returns what each API received on the way of this request: the claims of token A here, the claims
 * of token B at Downstream API, and the names of the checks that each token passed.
 */
export const readJourney =
  (downstream: CallDownstream, clients: AllowedClients) =>
  async (call: Call): Promise<HandlerResult> => {
    const { json } = await downstream(call, {
      method: 'GET',
      path: 'caller',
      scope: 'Documents.Read',
    });
    const { claims, checks } = call.caller;
    return {
      json: {
        original: { claims, checks: [...checks, ...authorizeChecks(clients)] },
        downstream: json,
      },
    };
  };

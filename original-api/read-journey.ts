import type { HandlerResult } from '../shared/http/response.ts';
import type { CallDownstream } from '../shared/http/downstream.ts';
import type { Call } from '../shared/http/create-api.ts';
import type { AllowedClients } from '../shared/token/authorize.ts';
import { authorizeChecks } from '../shared/token/authorize.ts';

/** What each hop saw of the user's way: the claims of token A here, those of token B at Downstream, and the checks they passed. */
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

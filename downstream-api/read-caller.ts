import type { Call } from '../shared/http/call.ts';
import type { HandlerResult } from '../shared/http/response.ts';
import { type AllowedClients, authorizeChecks } from '../shared/token/authorize.ts';

/** Returns the claims of token B and the names of the checks that it passed. */
export const readCaller =
  (clients: AllowedClients) =>
  async ({ caller: { claims, checks } }: Call): Promise<HandlerResult> => ({
    json: { claims, checks: [...checks, ...authorizeChecks(clients)] },
  });

import type { Answer } from '../shared/http/answer.ts';
import type { Call } from '../shared/http/edge.ts';
import { type AllowedClients, authorizeChecks } from '../shared/token/authorize.ts';

/** What this hop saw: the claims of token B and the checks it passed. */
export const readCaller =
  (clients: AllowedClients) =>
  async ({ caller: { claims, checks } }: Call): Promise<Answer> => ({ json: { claims, checks: [...checks, ...authorizeChecks(clients)] } });

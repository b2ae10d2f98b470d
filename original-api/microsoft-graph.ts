import { createDownstream, type Downstream } from '../shared/http/downstream.ts';
import { isLoopback } from '../shared/loopback.ts';
import type { OnBehalfOf } from '../shared/obo/on-behalf-of.ts';
import type { OriginalSettings } from './settings.ts';

/** The resource of Graph's tokens, also for an emulated Graph on this machine. */
const publicGraph = 'https://graph.microsoft.com';

/**
 * Creates the client of Microsoft Graph. It calls on behalf of the user, with the permission to
 * read the names of the people in the user's tenant. Graph's tokens are opaque to this API.
 */
export function createMicrosoftGraph(
  { MICROSOFT_GRAPH_ENDPOINT: endpoint }: Pick<OriginalSettings, 'MICROSOFT_GRAPH_ENDPOINT'>,
  onBehalfOf: OnBehalfOf,
): Downstream {
  const resource = isLoopback(endpoint) ? publicGraph : endpoint.origin;
  return createDownstream({
    baseUrl: `${endpoint.href.replace(/\/$/, '')}/v1.0`,
    scopes: [`${resource}/User.ReadBasic.All`],
    onBehalfOf,
    name: 'graph',
  });
}

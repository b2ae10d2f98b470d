import { ApiError } from '../../../shared/api-error.ts';
import { createEntra } from '../../../shared/entra.ts';
import { readJsonBody } from '../../../shared/http/body.ts';
import { health } from '../../../shared/http/route.ts';
import { createWebApi, type WebHandler } from '../../../shared/web.ts';
import { audience, clientApp, type Issuer, tenantId } from '../../support/issuer.ts';

/** The web origin that may read responses. */
export const clientAppOrigin = 'http://localhost:4280';

/** The routes of an API for the attack cases, by the path at which a framework calls them. */
export interface DocumentsApi {
  readonly health: WebHandler;
  readonly metadata: WebHandler;
  readonly documents: WebHandler;
  readonly document: WebHandler;
  readonly profile: WebHandler;
  readonly unknown: WebHandler;
  /** Whether something behind the API is down. A test may change it. */
  isDown: boolean;
}

/** Creates an API that accepts the tokens of the issuer. Its log lines go to the list. */
export function createDocumentsApi(issuer: Issuer, logLines: string[]): DocumentsApi {
  const write = (line: string) => logLines.push(line);
  const api = createWebApi({
    name: 'documents-api',
    entra: createEntra({ tenantIds: [tenantId], authorityHost: issuer.host }),
    audience,
    clients: [clientApp],
    origins: [clientAppOrigin],
    log: { info: write, error: write },
  });
  const routes: DocumentsApi = {
    isDown: false,
    metadata: api.metadataRoute(),
    health: api.route('health', health),
    documents: api.route('documents', {
      GET: {
        scopes: ['Documents.Read'],
        handler: async () => {
          if (routes.isDown) throw new ApiError('unavailable');
          return { json: { documents: [] } };
        },
      },
    }),
    document: api.route('documents/{id}', {
      GET: {
        scopes: ['Documents.Read'],
        handler: () => Promise.reject(new ApiError('not_found')),
      },
      PUT: {
        scopes: ['Documents.Read'],
        handler: async ({ request }) => ({ json: await readJsonBody(request) }),
      },
      DELETE: {
        scopes: ['Documents.Read'],
        roles: ['Documents.Manage'],
        authContext: 'c1',
        handler: async () => ({ status: 204 }),
      },
    }),
    profile: api.route('profiles/{userId}', {
      GET: {
        scopes: ['Profile.Read'],
        handler: async ({ caller }) => ({ json: { userId: caller.objectId } }),
      },
    }),
    unknown: api.route('{*path}', {}),
  };
  return routes;
}

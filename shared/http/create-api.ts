import { ApiError } from '../api-error.ts';
import type { Entra } from '../entra.ts';
import { createValidator } from '../token/validate.ts';
import { readClientIds, requireEntra, requireOrigins } from './api-options.ts';
import { createResourceMetadata, metadataPathOf, urlNextTo } from './resource-metadata.ts';
import {
  type HttpMethod,
  methodsOf,
  type NewRouteMethods,
  type Route,
  type RouteMethods,
  requirePolicies,
  scopesOf,
} from './route.ts';
import { type ServedApi, serve } from './serve.ts';

/** The options that all routes of an API share. */
export type ApiOptions = {
  /** The API's name in the log. */
  readonly name: string;

  /** Entra ID: the tenants whose users may call the API, and its issuers and keys. */
  readonly entra: Entra;

  /**
   * The API's client id, or a list of the client id and then App ID URIs. The audience of a token
   * of version 1 may also be one of these URIs, or `api://<client id>`.
   */
  readonly audience: string | readonly string[];

  /** The client ids of the apps that may call the API. */
  readonly clients: readonly string[];

  /**
   * Whether a calling app must have authenticated to Entra ID with a credential. An API can do
   * that, a single-page app cannot. Default: `false`.
   */
  readonly confidentialClientsOnly?: boolean;

  /**
   * The exact web origins that may read responses, such as `https://shop.contoso.example`, without
   * a slash at the end and without wildcards. Default: none, for an API that no browser calls.
   */
  readonly origins?: readonly string[];

  /** Returns the time in milliseconds since 1970. Default: `Date.now`. */
  readonly now?: () => number;
};

/** An API to which routes can be added. */
export type Api = {
  /**
   * Creates a route. Without methods, it answers every request with 404.
   *
   * @param path The path below the API's prefix, such as `documents/{id}`.
   * @throws {Error} A method has no access policy, or one that cannot be applied.
   */
  route<Name extends HttpMethod>(path: string, methods: NewRouteMethods<Name>): Route;

  /**
   * Creates the route of the API's metadata (RFC 9728), which names the authorization servers and
   * the scopes. Once it exists, each challenge contains its URL.
   *
   * @param path The path with which all routes of the API start, without the host's prefix. The
   * new route is `<path>/.well-known/oauth-protected-resource`. Default: the empty path.
   */
  metadataRoute(path?: string): Route;
};

/**
 * Creates an API whose routes deny access by default: each method must name the scopes that it
 * requires, or allow anonymous access with `open: true`.
 *
 * The API does not depend on a framework. `createFunctionsApi` connects it to Azure Functions, and
 * `createWebApi` to any framework with the standard `Request` and `Response`.
 *
 * @throws {TypeError} A client id is not a GUID, an App ID URI is malformed, an origin is not
 * exact, or `entra` is not from `createEntra`.
 *
 * @example
 * ```ts
 * const api = createApi({ name: 'notes', entra, audience: clientId, clients: [spaClientId] });
 * const handler = async ({ caller }: Call) => ({ json: await notesOf(caller.objectId) });
 * const notes = api.route('notes', { GET: { scopes: ['Notes.Read'], handler } });
 * const { status, headers, body } = await notes.handle(request, { log: console });
 * ```
 */
export function createApi({
  name,
  entra,
  audience,
  clients,
  confidentialClientsOnly = false,
  origins = [],
  now = Date.now,
}: ApiOptions): Api {
  requireEntra(entra);
  requireOrigins(origins);
  const { tenantIds, authorityHost, keys } = entra;
  const [firstAudience = '', ...appIdUris] = [audience].flat();
  const [clientId = ''] = readClientIds('audience', [firstAudience]);
  const scopes = new Set<string>();
  let metadataPath: string | undefined;

  const api: ServedApi = {
    name,
    validate: createValidator({
      keys,
      tenantIds,
      audience: [clientId, ...appIdUris.map(readAppIdUri)],
      now,
    }),
    clients: {
      clientIds: readClientIds('clients', clients),
      confidential: confidentialClientsOnly,
    },
    origins,
    challenge: {
      clientId,
      authorizationUri: new URL(`${tenantIds[0]}/oauth2/v2.0/authorize`, authorityHost).href,
    },
    metadataPath: () => metadataPath,
    now,
  };

  function route(path: string, methods: RouteMethods): Route {
    requirePolicies(path, methods);
    for (const scope of scopesOf(methods)) scopes.add(scope);
    return {
      path,
      methods: [...methodsOf(methods), 'OPTIONS'],
      handle: (request, context) => serve(api, path, methods, request, context),
    };
  }

  function metadataRoute(parent = ''): Route {
    const path = metadataPathOf(parent);
    metadataPath = path;
    return route(path, {
      GET: {
        open: true,
        handler: async ({ request }) => {
          const resource = urlNextTo(request, path, parent);
          if (resource === undefined)
            throw new ApiError('bad_request', { detail: 'The Host header is malformed.' });
          const options = { resource, authorityHost, tenantIds, clientId, scopes };
          return { json: createResourceMetadata(options) };
        },
      },
    });
  }

  return { route, metadataRoute };
}

/** A missing setting must not become an audience: a token without one would have it, too. */
function readAppIdUri(uri: string): string {
  if (!URL.canParse(uri)) throw new TypeError(`audience: '${uri}' is not an App ID URI.`);
  return uri;
}

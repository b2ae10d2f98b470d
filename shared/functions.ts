import type { HttpFunctionOptions } from '@azure/functions';
import { type ApiOptions, createApi } from './http/create-api.ts';
import type { HttpMethod, NewRouteMethods, Route } from './http/route.ts';

/** An API on Azure Functions. */
export type FunctionsApi = {
  /**
   * Returns the options for `app.http`. See `Api.route`.
   *
   * @throws {Error} A method has no access policy, or one that cannot be applied.
   */
  route<Name extends HttpMethod>(path: string, methods: NewRouteMethods<Name>): HttpFunctionOptions;

  /** Returns the options for `app.http`. See `Api.metadataRoute`. */
  metadataRoute(path?: string): HttpFunctionOptions;
};

/**
 * Creates an API for Azure Functions.
 *
 * @throws {TypeError} A client id is not a GUID.
 *
 * @example
 * ```ts
 * const api = createFunctionsApi({ name: 'notes', entra, audience: clientId, clients: [spaId] });
 * app.http('notes', api.route('notes', { GET: { scopes: ['Notes.Read'], handler } }));
 * app.http('metadata', api.metadataRoute());
 * ```
 */
export function createFunctionsApi(options: ApiOptions): FunctionsApi {
  const api = createApi(options);
  return {
    route: (path, methods) => toFunctionOptions(api.route(path, methods)),
    metadataRoute: (path) => toFunctionOptions(api.metadataRoute(path)),
  };
}

/** The API itself checks tokens, so the host must not ask for a function key (`anonymous`). */
const toFunctionOptions = ({ path, methods, handle }: Route): HttpFunctionOptions => ({
  route: path,
  authLevel: 'anonymous',
  methods: [...methods],
  handler: (request, context) =>
    handle(request, { log: context, traceparent: context.traceContext?.traceParent }),
});

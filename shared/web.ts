import { ApiError } from './api-error.ts';
import { maxBodySize } from './http/body.ts';
import type { ApiRequest } from './http/call.ts';
import { type ApiOptions, createApi } from './http/create-api.ts';
import type { HttpMethod, NewRouteMethods, Route } from './http/route.ts';
import type { LogSink } from './log.ts';

/** The options of {@link createWebApi}. */
export type WebApiOptions = ApiOptions & {
  /** Receives one line of JSON for each request. Default: `console`. */
  readonly log?: LogSink;
};

/**
 * Answers a request. It never rejects: every error becomes a response.
 *
 * @param params The values of the route's parameters, decoded.
 */
export type WebHandler = (
  request: Request,
  params?: Readonly<Record<string, string>>,
) => Promise<Response>;

/** An API for frameworks with the standard `Request` and `Response`. */
export type WebApi = {
  /**
   * Creates a route. The framework must call it for all methods of its path, including `OPTIONS`,
   * so that it answers preflight requests and unknown methods. See `Api.route`.
   *
   * @param path The path at which the framework calls the route, with parameters as `{id}`.
   * @throws {Error} A method has no access policy, or one that cannot be applied.
   */
  route<Name extends HttpMethod>(path: string, methods: NewRouteMethods<Name>): WebHandler;

  /**
   * Creates the route of the API's metadata. The framework must call it at
   * `<path>/.well-known/oauth-protected-resource`. See `Api.metadataRoute`.
   */
  metadataRoute(path?: string): WebHandler;
};

/**
 * Creates an API for Hono, Next.js, Bun, Deno and anything else with the standard `Request` and
 * `Response` (Fetch Standard §5.3 and §5.4).
 *
 * @throws {TypeError} A client id is not a GUID.
 *
 * @example
 * ```ts
 * const api = createWebApi({ name: 'notes', entra, audience: clientId, clients: [spaClientId] });
 * const note = api.route('notes/{id}', { GET: { scopes: ['Notes.Read'], handler } });
 * app.all('/notes/:id', (context) => note(context.req.raw, context.req.param()));
 * ```
 */
export function createWebApi({ log = console, ...options }: WebApiOptions): WebApi {
  const api = createApi(options);
  return {
    route: (path, methods) => toWebHandler(api.route(path, methods), log),
    metadataRoute: (path) => toWebHandler(api.metadataRoute(path), log),
  };
}

function toWebHandler({ handle }: Route, log: LogSink): WebHandler {
  return async (request, params = {}) => {
    const { status, headers, body } = await handle(toApiRequest(request, params), { log });
    // A response to HEAD has the headers of its content, but not the content (RFC 9110 §9.3.2).
    const content = request.method === 'HEAD' ? undefined : body;
    return new Response(content ?? null, { status, headers });
  };
}

const toApiRequest = (request: Request, params: ApiRequest['params']): ApiRequest => ({
  method: request.method,
  url: request.url,
  headers: request.headers,
  query: URL.parse(request.url)?.searchParams ?? new URLSearchParams(),
  params,
  arrayBuffer: () => readBody(request),
});

/**
 * Reads a body of at most 1 MiB. The `arrayBuffer` of a standard request has no size limit, and
 * there may be no host in front that has one.
 *
 * @throws {ApiError} `too_large`, or `bad_request` if the client closes the connection too early.
 * @throws {TypeError} Something else has read the body, for example a body parser.
 */
async function readBody({ body, bodyUsed }: Request): Promise<ArrayBuffer> {
  if (bodyUsed) throw new TypeError('The body of the request has already been read.');
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  try {
    for await (const chunk of body ?? []) {
      chunks.push(chunk);
      size += chunk.byteLength;
      // Leaving the loop cancels the stream.
      if (size > maxBodySize) break;
    }
  } catch {
    throw new ApiError('bad_request', { detail: 'The body is incomplete.' });
  }
  if (size > maxBodySize) throw new ApiError('too_large');
  return await new Blob(chunks).arrayBuffer();
}

import type { HttpFunctionOptions, HttpMethod, HttpRequest } from '@azure/functions';
import { ApiError, type LogContext } from '../api-error.ts';
import { type LogSink, logRequest, pseudonymOf } from '../log.ts';
import { type AllowedClients, authorize, type Policy } from '../token/authorize.ts';
import { readBearerToken } from '../token/bearer.ts';
import type { Caller } from '../token/caller.ts';
import type { Validate } from '../token/validate.ts';
import type { ChallengeOptions } from './challenge.ts';
import { corsHeaders } from './cors.ts';
import { createDeadline, withDeadline } from './deadline.ts';
import { type ApiResponse, type HandlerResult, toProblemResponse, toResponse } from './response.ts';
import { continueTrace, type Trace } from './trace.ts';

/** A request of an authorized caller: what a handler works with. */
export type Call = {
  /** The validated caller. */
  readonly caller: Caller;

  /** The request as Azure Functions delivers it. */
  readonly request: HttpRequest;

  /** The request's place in a distributed trace. */
  readonly trace: Trace;

  /** Aborted when the time for the request is over. Pass it to everything that takes time. */
  readonly signal: AbortSignal;

  /** Adds fields to the log line of the request. */
  addLogContext(logContext: LogContext): void;
};

/** A method of a route that only authorized callers may use. */
export type ProtectedMethod = Policy & {
  readonly open?: false;

  /** Handles a request. */
  readonly handler: (call: Call) => Promise<HandlerResult>;
};

/** A method of a route that anyone may use, without a token. */
export type OpenMethod = {
  readonly open: true;
  readonly scopes?: undefined;

  /** Handles a request, about which it receives no information. */
  readonly handler: () => Promise<HandlerResult>;
};

/** The access policy and the handler of one method of a route. */
export type RouteMethod = ProtectedMethod | OpenMethod;

/** The methods of a route. */
export type RouteMethods = Partial<Readonly<Record<HttpMethod, RouteMethod>>>;

/** What all routes of an API have in common. */
export type ApiOptions = {
  /** The API's name in the log. */
  readonly name: string;

  /** Validates access tokens. */
  readonly validate: Validate;

  /** The apps that may call the API. */
  readonly clients: AllowedClients;

  /** The exact web origins that may read responses. Empty for an API that no browser calls. */
  readonly origins: readonly string[];

  /** What the API tells callers without a sufficient token. */
  readonly challenge: ChallengeOptions;

  /** Returns the time in milliseconds since 1970. Default: `Date.now`. */
  readonly now?: () => number;
};

/** An API to which routes can be added. */
export type Api = {
  /**
   * Returns the options for `app.http` of Azure Functions.
   *
   * @throws {Error} A method has neither scopes nor `open: true`.
   */
  route(path: string, methods: RouteMethods): HttpFunctionOptions;
};

/** Milliseconds for a request and everything behind it. */
const requestTimeout = 10_000;

/**
 * The methods to register for a route that has none and returns 404 for all of them. TRACE is
 * missing because Azure Functions cannot create a request object for it. The host itself returns
 * 404 for TRACE.
 */
const allMethods: HttpMethod[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'];

const securityHeaders = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

/** The methods of a health route. It reports that the process is running, and nothing else. */
export const health: RouteMethods = {
  GET: { open: true, handler: async () => ({ json: { status: 'ok' } }) },
};

/**
 * Creates an API whose routes deny access by default: each method must name the scopes that it
 * requires, or be open to anyone with `open: true`.
 *
 * A route validates the access token, authorizes the caller and then runs the handler. It writes
 * errors as problems with their challenges, adds CORS headers, limits the time of the request and
 * writes one log line.
 *
 * @example
 * ```ts
 * const api = createApi({ name: 'notes', validate, clients, origins, challenge });
 * const handler = async ({ caller }: Call) => ({ json: await notesOf(caller.objectId) });
 * app.http('notes', api.route('notes', { GET: { scopes: ['Notes.Read'], handler } }));
 * ```
 */
export function createApi({
  name,
  validate,
  clients,
  origins,
  challenge,
  now = Date.now,
}: ApiOptions): Api {
  async function handleRequest(
    path: string,
    methods: RouteMethods,
    request: HttpRequest,
    log: LogSink,
  ): Promise<ApiResponse> {
    const startedAt = now();
    const trace = continueTrace(request.headers);
    const { signal, close } = createDeadline(requestTimeout);
    const isPreflight = request.method === 'OPTIONS';
    const method = methods[request.method as HttpMethod];

    let logContext: LogContext = {};
    const addLogContext = (fields: LogContext): void => {
      logContext = { ...logContext, ...fields };
    };

    async function runHandler(): Promise<HandlerResult> {
      if (isPreflight) return { status: 204 };
      if (!method) throw new ApiError('not_found');
      if (method.open) return method.handler();
      const caller = await validate(readBearerToken(request));
      addLogContext({ user: pseudonymOf(caller), clientId: caller.clientId });
      authorize(caller, method, clients);
      return method.handler({ caller, request, trace, signal, addLogContext });
    }

    function writeError(error: unknown): ApiResponse {
      const apiError = toApiError(error, method?.scopes);
      addLogContext({ code: apiError.code, ...apiError.options.logContext });
      return toProblemResponse(apiError, challenge, trace.correlationId);
    }

    async function respond(): Promise<ApiResponse> {
      try {
        return toResponse(await withDeadline(signal, runHandler()));
      } catch (error) {
        try {
          return writeError(error);
        } catch (writingError) {
          // An error that cannot be written is a bug like any other.
          return writeError(writingError);
        }
      } finally {
        close();
      }
    }

    const response = await respond();
    // The log gets the path of the route, not of the request, which can contain arbitrary text.
    logRequest(log, response.status, {
      api: name,
      method: request.method,
      route: path,
      milliseconds: now() - startedAt,
      ...trace,
      ...logContext,
    });
    const preflightMethods = isPreflight ? methodsToRegister(methods) : undefined;
    return {
      ...response,
      headers: {
        ...securityHeaders,
        'x-correlation-id': trace.correlationId,
        ...response.headers,
        ...corsHeaders(request.headers.get('origin'), origins, preflightMethods),
      },
    };
  }

  function route(path: string, methods: RouteMethods): HttpFunctionOptions {
    requirePolicies(path, methods);
    return {
      route: path,
      authLevel: 'anonymous',
      methods: [...methodsToRegister(methods), 'OPTIONS'],
      handler: (request: HttpRequest, log: LogSink) => handleRequest(path, methods, request, log),
    };
  }

  return { route };
}

/** @throws {Error} A method has neither scopes nor `open: true`. */
function requirePolicies(path: string, methods: RouteMethods): void {
  for (const [method, { open, scopes }] of Object.entries(methods)) {
    if (open || scopes?.length) continue;
    throw new Error(
      `Route ${method} ${path} has no access policy. ` +
        'Set `scopes`, or `open: true` for anonymous access.',
    );
  }
}

function methodsToRegister(methods: RouteMethods): HttpMethod[] {
  const names = Object.keys(methods) as HttpMethod[];
  return names.length > 0 ? names : allMethods;
}

/** @param scopes The scopes that the method requires, if it is known and not open. */
function toApiError(error: unknown, scopes: readonly string[] | undefined): ApiError {
  if (!(error instanceof ApiError)) {
    // A bug. Its message may contain anything, so not even the log gets more than its class.
    const errorName = error instanceof Error ? error.name : typeof error;
    return new ApiError('unexpected', { logContext: { error: errorName } });
  }
  if (error.code !== 'insufficient_scope') return error;
  // An app-only token fails before the policy is known, but its challenge must name the scopes, too
  // (RFC 6750 §3.1).
  return new ApiError(error.code, { ...error.options, scopes });
}

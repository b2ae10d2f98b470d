import type { HttpFunctionOptions, HttpMethod, HttpRequest } from '@azure/functions';
import { ApiError, type LogContext } from '../api-error.ts';
import { type LogSink, logRequest, pseudonymOf } from '../log.ts';
import { type AllowedClients, authorize, type Policy } from '../token/authorize.ts';
import { readBearerToken } from '../token/bearer.ts';
import type { Caller } from '../token/caller.ts';
import type { Validate } from '../token/validate.ts';
import { type HandlerResult, type ApiResponse, toResponse, toProblemResponse } from './response.ts';
import { createDeadline, withDeadline } from './deadline.ts';
import type { ChallengeOptions } from './challenge.ts';
import { corsHeaders } from './cors.ts';
import { type Trace, readTrace } from './trace.ts';

type Passed = { readonly caller: Caller; readonly request: HttpRequest; readonly trace: Trace };

/**
 * A request that has passed: what a handler works with. Its signal is aborted when the request's time is over, and every call behind it
 * takes it; `note` adds to the request's log line.
 */
export type Call = Passed & { readonly signal: AbortSignal; note(logContext: LogContext): void };

/** What a route does for one method: for callers who satisfy the policy, or `open` to everybody. */
export type Method =
  | (Policy & { readonly open?: false; readonly handler: (call: Call) => Promise<HandlerResult> })
  | {
      readonly open: true;
      readonly scopes?: undefined;
      readonly handler: () => Promise<HandlerResult>;
    };

export type Methods = Partial<Readonly<Record<HttpMethod, Method>>>;

/** The API's name in the log, and how it names itself in a challenge. */
type Self = { readonly name: string; readonly challenge: ChallengeOptions };

/** Who may call; exact web origins that may read answers, none for an API that no browser calls. */
type Callers = {
  readonly validate: Validate;
  readonly clients: AllowedClients;
  readonly origins: readonly string[];
};

export type ApiSettings = Self & Callers & { readonly now?: () => number };

/** TRACE is left to the host, which answers 404: a function that lists it fails, since no request object can be made of it. */
const anyMethod: HttpMethod[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'];

const servedBy = (methods: Methods) =>
  Object.keys(methods).length > 0 ? (Object.keys(methods) as HttpMethod[]) : anyMethod;

const onEveryAnswer = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

/** Says that the process answers, and nothing else. */
export const health: Methods = {
  GET: { open: true, handler: async () => ({ json: { status: 'ok' } }) },
};

/**
 * Makes the options for `app.http` from a route's path and what it does for each method. Deny by default:
 * @throws Error at start for a method that states neither scopes nor `open`
 */
export function createApi({
  name,
  validate,
  clients,
  origins,
  challenge,
  now = Date.now,
}: ApiSettings) {
  async function serve(
    route: string,
    methods: Methods,
    request: HttpRequest,
    log: LogSink,
  ): Promise<ApiResponse> {
    const began = now();
    const trace = readTrace(request.headers);
    const { signal, close } = createDeadline(10_000);
    const preflight = request.method === 'OPTIONS';
    const method = methods[request.method as HttpMethod];
    /** The route's template goes to the log, never the path: a path can hold anything that a stranger typed. */
    const logContext: LogContext = {};
    const note = (more: LogContext) => void Object.assign(logContext, more);

    async function answer(): Promise<HandlerResult> {
      if (preflight) return { status: 204 };
      if (!method) throw new ApiError('not_found');
      if (method.open) return method.handler();
      const caller = await validate(readBearerToken(request));
      note({ user: pseudonymOf(caller), clientId: caller.clientId });
      authorize(caller, method, clients);
      return method.handler({ caller, request, trace, signal, note });
    }

    function deny(error: unknown): ApiResponse {
      const apiError = toApiError(error, method?.scopes);
      note({ code: apiError.code, ...apiError.options.logContext });
      return toProblemResponse(apiError, challenge, trace.correlationId);
    }

    // A apiError that cannot be written is a bug like any other.
    const written = await withDeadline(signal, answer())
      .then(toResponse)
      .catch(deny)
      .catch(deny)
      .finally(close);
    logRequest(log, written.status, {
      api: name,
      method: request.method,
      route,
      milliseconds: now() - began,
      ...trace,
      ...logContext,
    });
    const cors = corsHeaders(
      request.headers.get('origin'),
      origins,
      preflight ? servedBy(methods) : undefined,
    );
    return {
      ...written,
      headers: {
        ...onEveryAnswer,
        'x-correlation-id': trace.correlationId,
        ...written.headers,
        ...cors,
      },
    };
  }

  function route(path: string, methods: Methods): HttpFunctionOptions {
    for (const [method, { open, scopes }] of Object.entries(methods))
      if (!open && !scopes?.length)
        throw new Error(`${method} ${path} states no policy, so ${name} does not start`);
    const handler = (request: HttpRequest, log: LogSink) => serve(path, methods, request, log);
    return {
      route: path,
      authLevel: 'anonymous',
      methods: [...servedBy(methods), 'OPTIONS'],
      handler,
    };
  }

  return { route };
}

/**
 * Whatever is not a apiError is a bug: it answers 500 without words and logs no more than its kind. An app-only token is refused before the
 * route's policy is looked at; its answer names the scopes all the same (RFC 6750 §3.1).
 */
function toApiError(error: unknown, scopes: readonly string[] | undefined): ApiError {
  if (!(error instanceof ApiError))
    return new ApiError('unexpected', {
      logContext: { error: error instanceof Error ? error.name : typeof error },
    });
  return error.code === 'insufficient_scope'
    ? new ApiError(error.code, { ...error.options, scopes })
    : error;
}

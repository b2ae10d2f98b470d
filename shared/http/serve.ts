import { ApiError, type LogContext } from '../api-error.ts';
import { logRequest, pseudonymOf } from '../log.ts';
import { type AllowedClients, authorize } from '../token/authorize.ts';
import { readBearerToken } from '../token/bearer.ts';
import type { Validate } from '../token/validate.ts';
import type { ApiRequest } from './call.ts';
import type { ChallengeOptions } from './challenge.ts';
import { corsHeaders } from './cors.ts';
import { createDeadline, withDeadline } from './deadline.ts';
import { urlNextTo } from './resource-metadata.ts';
import { type ApiResponse, type HandlerResult, toProblemResponse, toResponse } from './response.ts';
import {
  challengeScopesOf,
  methodsOf,
  type RequestContext,
  type RouteMethod,
  type RouteMethods,
} from './route.ts';
import { continueTrace } from './trace.ts';

/** The properties of an API that {@link serve} uses. */
export type ServedApi = {
  /** The API's name in the log. */
  readonly name: string;

  /** Validates access tokens. */
  readonly validate: Validate;

  /** The apps that may call the API. */
  readonly clients: AllowedClients;

  /** The exact web origins that may read responses. */
  readonly origins: readonly string[];

  /** The options of the challenges for callers without a sufficient token. */
  readonly challenge: ChallengeOptions;

  /** Returns the path of the API's metadata, if the API publishes it. */
  readonly metadataPath: () => string | undefined;

  /** Returns the time in milliseconds since 1970. */
  readonly now: () => number;
};

/** Milliseconds until a request and all work that it causes are aborted. */
const requestTimeout = 10_000;

const securityHeaders = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

/**
 * Serves a request: it validates the access token, authorizes the caller and runs the handler. It
 * writes errors as problems with their challenges, adds CORS headers, limits the time of the
 * request and writes one log line.
 *
 * @param path The path of the route that the request matched.
 *
 * @example
 * ```ts
 * const response = await serve(api, 'documents', methods, request, { log: console });
 * ```
 */
export async function serve(
  api: ServedApi,
  path: string,
  methods: RouteMethods,
  request: ApiRequest,
  context: RequestContext,
): Promise<ApiResponse> {
  const startedAt = api.now();
  const trace = continueTrace(context.traceparent, request.headers.get('traceparent'));
  const { signal, close } = createDeadline(requestTimeout);
  const isPreflight = request.method === 'OPTIONS';
  const method = findMethod(methods, request.method);

  let logContext: LogContext = {};
  const addLogContext = (fields: LogContext): void => {
    logContext = { ...logContext, ...fields };
  };

  async function runHandler(): Promise<HandlerResult> {
    if (isPreflight) return { status: 204 };
    if (!method) throw new ApiError('not_found');
    const call = { request, trace, signal, addLogContext };
    if (method.open === true) return method.handler(call);
    const caller = await api.validate(readBearerToken(request));
    addLogContext({ user: pseudonymOf(caller), clientId: caller.clientId });
    authorize(caller, method, api.clients);
    return method.handler({ caller, ...call });
  }

  function writeError(error: unknown): ApiResponse {
    const apiError = toApiError(error, challengeScopesOf(method));
    addLogContext({ code: apiError.code, ...apiError.options.logContext });
    const metadataPath = api.metadataPath();
    const resourceMetadata =
      metadataPath === undefined ? undefined : urlNextTo(request, path, metadataPath);
    return toProblemResponse(apiError, { ...api.challenge, resourceMetadata }, trace.correlationId);
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
  // The path of the route is logged. The path of the request can contain any text.
  logRequest(context.log, response.status, {
    api: api.name,
    method: request.method,
    route: path,
    milliseconds: api.now() - startedAt,
    ...trace,
    ...logContext,
  });
  const preflightMethods = isPreflight ? methodsOf(methods) : undefined;
  return {
    ...response,
    headers: {
      ...securityHeaders,
      'x-correlation-id': trace.correlationId,
      ...response.headers,
      ...corsHeaders(request.headers.get('origin'), api.origins, preflightMethods),
    },
  };
}

/** A name such as `constructor` must not find a member that every object has. */
const findMethod = (methods: RouteMethods, name: string): RouteMethod | undefined =>
  Object.hasOwn(methods, name) ? methods[name as keyof RouteMethods] : undefined;

/** @param scopes The scopes that the method requires, if it is known and not open. */
function toApiError(error: unknown, scopes: readonly string[] | undefined): ApiError {
  if (!(error instanceof ApiError)) {
    // An unexpected error is a bug. The log contains only its class, because its message may
    // contain anything.
    const errorName = error instanceof Error ? error.name : typeof error;
    return new ApiError('unexpected', { logContext: { error: errorName } });
  }
  if (error.code !== 'insufficient_scope') return error;
  // An app-only token is rejected before the policy is checked, but its challenge must name the
  // scopes, too (RFC 6750 §3.1).
  return new ApiError(error.code, { ...error.options, scopes });
}

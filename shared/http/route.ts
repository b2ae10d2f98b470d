import type { LogSink } from '../log.ts';
import { type Policy, requiredScopes, requireValidPolicy } from '../token/authorize.ts';
import type { ApiRequest, Call, OpenCall } from './call.ts';
import type { ApiResponse, HandlerResult } from './response.ts';

/** A method that a route can have. Each route answers `OPTIONS` (a preflight request) itself. */
export type HttpMethod = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A method of a route that only authorized callers may use. */
export type ProtectedMethod = Policy & {
  /** Omit it. `open: true` makes an {@link OpenMethod}. */
  readonly open?: false | undefined;

  /** Handles a request. */
  readonly handler: (call: Call) => Promise<HandlerResult>;
};

/** A method of a route that anyone may use without a token. The API does not read a token. */
export type OpenMethod = {
  /** Allows anonymous access. */
  readonly open: true;

  /** Handles a request. */
  readonly handler: (call: OpenCall) => Promise<HandlerResult>;
};

/** The access policy and the handler of one method of a route. */
export type RouteMethod = ProtectedMethod | OpenMethod;

/** The methods of a route. */
export type RouteMethods = Readonly<Partial<Record<HttpMethod, RouteMethod>>>;

/**
 * The methods of a new route. `Name` is inferred from the names of the methods. With an optional
 * property for each method, the compiler would infer the `call` of a handler only where the option
 * `exactOptionalPropertyTypes` is set.
 */
export type NewRouteMethods<Name extends HttpMethod> = Readonly<Record<Name, RouteMethod>>;

/** What the framework that received a request provides with it. */
export type RequestContext = {
  /** Receives the log line of the request. */
  readonly log: LogSink;

  /**
   * The framework's own place in the trace of the request, as a `traceparent` header (W3C Trace
   * Context). Default: the header of the request.
   */
  readonly traceparent?: string | undefined;
};

/** A route of an API. An adapter connects it to a framework. */
export type Route = {
  /** The path as it was given, such as `documents/{id}`. */
  readonly path: string;

  /** The methods for which the framework must call {@link Route.handle}. */
  readonly methods: readonly (HttpMethod | 'OPTIONS')[];

  /** Answers a request. It never rejects: every error becomes a response. */
  handle(request: ApiRequest, context: RequestContext): Promise<ApiResponse>;
};

/**
 * The methods to register for a route without methods, which returns 404 for all of them. TRACE is
 * missing because neither Azure Functions nor `Request` can represent it.
 */
const allMethods: readonly HttpMethod[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'];

/** All members of a method, for the check that none is misspelled. */
const knownMembers = ['open', 'scopes', 'anyScope', 'roles', 'authContext', 'handler'];

/** The methods of a health route. It reports that the process is running, and nothing else. */
export const health: NewRouteMethods<'GET'> = {
  GET: { open: true, handler: async () => ({ json: { status: 'ok' } }) },
};

/**
 * Checks that each method of a route has an access policy that can be applied, and a handler.
 *
 * @throws {Error} A method does not exist, has no policy or handler, contradicts itself, or has a
 * member that does not exist.
 *
 * @example
 * ```ts
 * requirePolicies('documents', { GET: { scopes: ['Documents.Read'], handler } });
 * ```
 */
export function requirePolicies(path: string, methods: RouteMethods): void {
  for (const [name, method] of Object.entries(methods)) {
    if (!allMethods.some((known) => known === name))
      throw new Error(
        `Route ${path} has an unknown method '${name}'. Known are: ${allMethods.join(', ')}.`,
      );
    requirePolicy(`${name} ${path}`, method);
  }
}

function requirePolicy(route: string, method: RouteMethod): void {
  const { open, handler, ...policy } = method;
  // In JavaScript, a misspelled `roles` would otherwise leave the route without that policy.
  const unknown = Object.keys(method).find((member) => !knownMembers.includes(member));
  if (unknown !== undefined)
    throw new Error(
      `Route ${route} has an unknown member '${unknown}'. Known are: ${knownMembers.join(', ')}.`,
    );
  // A missing setting must not remove a part of the policy.
  for (const [member, value] of Object.entries(policy))
    if (value === undefined)
      throw new Error(`Route ${route}: \`${member}\` is undefined. Set it or remove it.`);
  if (open !== true) requireValidPolicy(`Route ${route}`, policy);
  else if (Object.keys(policy).length > 0)
    throw new Error(
      `Route ${route} is open and has an access policy. Remove \`open: true\` or the policy.`,
    );
  if (typeof handler !== 'function')
    throw new Error(
      `Route ${route} has no \`handler\`: an async function that returns the result.`,
    );
}

/**
 * Returns the methods that a route answers, without `OPTIONS`. A route without methods answers all
 * of them with 404.
 *
 * @example
 * ```ts
 * methodsOf({ GET: { open: true, handler } }); // ['GET']
 * ```
 */
export function methodsOf(methods: RouteMethods): readonly HttpMethod[] {
  const names = Object.keys(methods) as HttpMethod[];
  return names.length > 0 ? names : allMethods;
}

/**
 * Returns all scopes that the access policies of a route name.
 *
 * @example
 * ```ts
 * scopesOf({ GET: { scopes: ['Documents.Read'], handler } }); // ['Documents.Read']
 * ```
 */
export const scopesOf = (methods: RouteMethods): readonly string[] =>
  Object.values(methods).flatMap((method) =>
    method.open === true ? [] : [...(method.scopes ?? []), ...(method.anyScope ?? [])],
  );

/**
 * Returns the scopes that a challenge names for a method. With them, a caller without any scope can
 * use the method.
 *
 * @example
 * ```ts
 * challengeScopesOf({ anyScope: ['Documents.Read', 'Documents.ReadWrite'], handler });
 * // ['Documents.Read']
 * ```
 */
export const challengeScopesOf = (method: RouteMethod | undefined) =>
  method === undefined || method.open === true ? undefined : requiredScopes(method);

import type { HttpFunctionOptions, HttpMethod, HttpRequest } from '@azure/functions';
import { Denial, type LogFacts } from '../denial.ts';
import { type LogSink, logRequest } from '../log.ts';
import { type AllowedClients, authorize, type Policy } from '../token/authorize.ts';
import { takeBearerToken } from '../token/bearer.ts';
import type { Caller } from '../token/caller.ts';
import type { Validate } from '../token/validate.ts';
import { type Answer, type WrittenAnswer, writeAnswer, writeDenial } from './answer.ts';
import { openBudget } from './budget.ts';
import type { Realm } from './challenge.ts';
import { corsHeaders } from './cors.ts';
import { type Trace, traceOf } from './trace.ts';

/** A request that has passed: what a handler works with. */
export interface Call {
  readonly caller: Caller;
  readonly request: HttpRequest;
  readonly trace: Trace;
  /** Aborted when the request's time is over; every call behind it takes it. */
  readonly signal: AbortSignal;
  /** Adds to the request's log line. */
  note(facts: LogFacts): void;
}

/** What a route does for one method: for callers who satisfy the policy, or `open` to everybody. */
export type Method =
  | (Policy & { readonly open?: false; readonly handle: (call: Call) => Promise<Answer> })
  | { readonly open: true; readonly handle: () => Promise<Answer> };

export type Methods = Partial<Readonly<Record<HttpMethod, Method>>>;

export interface EdgeSettings {
  /** The API's name in the log. */
  readonly api: string;
  readonly validate: Validate;
  readonly clients: AllowedClients;
  /** Exact web origins that may read answers; none for an API that no browser calls. */
  readonly origins: readonly string[];
  readonly realm: Realm;
  readonly now?: () => number;
}

/** Milliseconds for one request and everything behind it. */
const budgetOfRequest = 10_000;

/** TRACE is left to the host, which answers 404: a function that lists it fails, since no request object can be made of it. */
const anyMethod: HttpMethod[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'];

/**
 * Makes the options for `app.http` from a route's path and what it does for each method. Deny by default:
 * @throws Error at start for a method that states neither scopes nor `open`
 */
export function createEdge({ api, validate, clients, origins, realm, now = Date.now }: EdgeSettings) {
  async function answer(request: HttpRequest, method: Method, budget: ReturnType<typeof openBudget>, seen: Seen): Promise<WrittenAnswer> {
    if (method.open === true) return writeAnswer(await method.handle());
    const caller = await budget.within(validate(takeBearerToken(request)));
    seen.caller = caller;
    authorize(caller, method, clients);
    const note = (facts: LogFacts) => {
      seen.facts = { ...seen.facts, ...facts };
    };
    return writeAnswer(await budget.within(method.handle({ caller, request, trace: seen.trace, signal: budget.signal, note })));
  }

  function serve(route: string, methods: Methods) {
    return async (request: HttpRequest, log: LogSink): Promise<WrittenAnswer> => {
      const began = now();
      const seen: Seen = { trace: traceOf(request.headers), caller: undefined, facts: {} };
      const preflight = request.method === 'OPTIONS';
      const budget = openBudget(budgetOfRequest);
      let written: WrittenAnswer;
      try {
        const method = methods[request.method as HttpMethod];
        if (!preflight && !method) throw new Denial('not_found');
        written = method ? await answer(request, method, budget, seen) : { status: 204, headers: {} };
      } catch (error) {
        const denial = withScopes(asDenial(error), methods[request.method as HttpMethod]);
        seen.facts = { ...seen.facts, code: denial.code, ...denial.options.facts };
        written = writeDenial(denial, realm, seen.trace.correlationId);
      } finally {
        budget.close();
      }
      const { status, body } = written;
      const headers = {
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'x-correlation-id': seen.trace.correlationId,
        ...written.headers,
        ...corsHeaders(request.headers.get('origin'), origins, preflight),
      };
      logRequest(log, { api, method: request.method, route, status, milliseconds: now() - began, ...seen });
      return { status, headers, ...(body === undefined ? {} : { body }) };
    };
  }

  return (route: string, methods: Methods): HttpFunctionOptions => {
    for (const [name, method] of Object.entries(methods)) {
      if (method.open !== true && !method.scopes?.length) throw new Error(`${name} ${route} states no policy, so ${api} does not start`);
    }
    const served = Object.keys(methods) as HttpMethod[];
    return {
      route,
      authLevel: 'anonymous',
      methods: [...(served.length > 0 ? served : anyMethod), 'OPTIONS'],
      handler: serve(route, methods),
    };
  };
}

/** What is known of a request when its answer is written, for the log. */
interface Seen {
  readonly trace: Trace;
  caller: Caller | undefined;
  facts: LogFacts;
}

/** An app-only token is refused before the route's policy is looked at; its answer names the scopes all the same (RFC 6750 §3.1). */
const withScopes = (denial: Denial, method: Method | undefined) =>
  denial.code === 'insufficient_scope' && method && 'scopes' in method
    ? new Denial(denial.code, { ...denial.options, scopes: method.scopes })
    : denial;

/** Whatever is not a denial is a bug: it answers 500 without words and logs no more than its kind. */
const asDenial = (error: unknown) =>
  error instanceof Denial ? error : new Denial('unexpected', { facts: { error: error instanceof Error ? error.name : typeof error } });

import type { HttpFunctionOptions, HttpMethod, HttpRequest } from '@azure/functions';
import { Denial, type LogFacts } from '../denial.ts';
import { type LogSink, logRequest, pseudonymOf } from '../log.ts';
import { type AllowedClients, authorize, type Policy } from '../token/authorize.ts';
import { takeBearerToken } from '../token/bearer.ts';
import type { Caller } from '../token/caller.ts';
import type { Validate } from '../token/validate.ts';
import { type Answer, type WrittenAnswer, writeAnswer, writeDenial } from './answer.ts';
import { openBudget, within } from './budget.ts';
import type { Realm } from './challenge.ts';
import { corsHeaders } from './cors.ts';
import { type Trace, traceOf } from './trace.ts';

type Passed = { readonly caller: Caller; readonly request: HttpRequest; readonly trace: Trace };

/**
 * A request that has passed: what a handler works with. Its signal is aborted when the request's time is over, and every call behind it
 * takes it; `note` adds to the request's log line.
 */
export type Call = Passed & { readonly signal: AbortSignal; note(facts: LogFacts): void };

/** What a route does for one method: for callers who satisfy the policy, or `open` to everybody. */
export type Method =
  | (Policy & { readonly open?: false; readonly handle: (call: Call) => Promise<Answer> })
  | { readonly open: true; readonly scopes?: undefined; readonly handle: () => Promise<Answer> };

export type Methods = Partial<Readonly<Record<HttpMethod, Method>>>;

/** The API's name in the log, and how it names itself in a challenge. */
type Self = { readonly api: string; readonly realm: Realm };

/** Who may call; exact web origins that may read answers, none for an API that no browser calls. */
type Callers = { readonly validate: Validate; readonly clients: AllowedClients; readonly origins: readonly string[] };

export type EdgeSettings = Self & Callers & { readonly now?: () => number };

/** TRACE is left to the host, which answers 404: a function that lists it fails, since no request object can be made of it. */
const anyMethod: HttpMethod[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'];

const servedBy = (methods: Methods) => (Object.keys(methods).length > 0 ? (Object.keys(methods) as HttpMethod[]) : anyMethod);

const onEveryAnswer = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

/** Says that the process answers, and nothing else. */
export const health: Methods = { GET: { open: true, handle: async () => ({ json: { status: 'ok' } }) } };

/**
 * Makes the options for `app.http` from a route's path and what it does for each method. Deny by default:
 * @throws Error at start for a method that states neither scopes nor `open`
 */
export function createEdge({ api, validate, clients, origins, realm, now = Date.now }: EdgeSettings) {
  async function serve(route: string, methods: Methods, request: HttpRequest, log: LogSink): Promise<WrittenAnswer> {
    const began = now();
    const trace = traceOf(request.headers);
    const { signal, close } = openBudget(10_000);
    const preflight = request.method === 'OPTIONS';
    const method = methods[request.method as HttpMethod];
    /** The route's template goes to the log, never the path: a path can hold anything that a stranger typed. */
    const facts: LogFacts = {};
    const note = (more: LogFacts) => void Object.assign(facts, more);

    async function answer(): Promise<Answer> {
      if (preflight) return { status: 204 };
      if (!method) throw new Denial('not_found');
      if (method.open) return method.handle();
      const caller = await validate(takeBearerToken(request));
      note({ user: pseudonymOf(caller), client: caller.client });
      authorize(caller, method, clients);
      return method.handle({ caller, request, trace, signal, note });
    }

    function deny(error: unknown): WrittenAnswer {
      const denial = asDenial(error, method?.scopes);
      note({ code: denial.code, ...denial.options.facts });
      return writeDenial(denial, realm, trace.correlationId);
    }

    // A denial that cannot be written is a bug like any other.
    const written = await within(signal, answer()).then(writeAnswer).catch(deny).catch(deny).finally(close);
    logRequest(log, written.status, { api, method: request.method, route, milliseconds: now() - began, ...trace, ...facts });
    const cors = corsHeaders(request.headers.get('origin'), origins, preflight ? servedBy(methods) : undefined);
    return { ...written, headers: { ...onEveryAnswer, 'x-correlation-id': trace.correlationId, ...written.headers, ...cors } };
  }

  return (route: string, methods: Methods): HttpFunctionOptions => {
    for (const [name, { open, scopes }] of Object.entries(methods))
      if (!open && !scopes?.length) throw new Error(`${name} ${route} states no policy, so ${api} does not start`);
    const handler = (request: HttpRequest, log: LogSink) => serve(route, methods, request, log);
    return { route, authLevel: 'anonymous', methods: [...servedBy(methods), 'OPTIONS'], handler };
  };
}

/**
 * Whatever is not a denial is a bug: it answers 500 without words and logs no more than its kind. An app-only token is refused before the
 * route's policy is looked at; its answer names the scopes all the same (RFC 6750 §3.1).
 */
function asDenial(error: unknown, scopes: readonly string[] | undefined): Denial {
  if (!(error instanceof Denial)) return new Denial('unexpected', { facts: { error: error instanceof Error ? error.name : typeof error } });
  return error.code === 'insufficient_scope' ? new Denial(error.code, { ...error.options, scopes }) : error;
}

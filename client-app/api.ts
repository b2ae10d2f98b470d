import * as v from 'valibot';
import { ProblemError, readProblem } from './auth/problem.ts';
import { canRenewSilently, requiresInteraction } from './auth/recovery.ts';
import type { Scope } from './auth/scopes.ts';
import type { SignIn } from './auth/sign-in.ts';
import { startTrace, type Trace } from './trace.ts';

/** A request to Original API. */
export interface ApiRequest {
  /** The HTTP method. */
  readonly method: 'GET' | 'PUT' | 'DELETE';
  /** The path below the base URL, without a leading slash, percent-encoded. */
  readonly path: string;
  /** The scope that token A needs for this request. */
  readonly scope: Scope;
  /** Sent as JSON. */
  readonly body?: object;
  /** The ETag of the version to change, or `none` to create the resource. */
  readonly basedOn?: string;
}

/** A successful response of Original API. */
export interface ApiResult<T> {
  /** The body of the response, validated. */
  readonly value: T;
  /** The ETag of the stored version. `undefined` when nothing is stored yet. */
  readonly etag: string | undefined;
}

/** The client of Original API. */
export interface Api {
  /**
   * Sends a request with token A. When the API rejects the token or wants other claims, acquires a
   * new token without the user and sends the request once more.
   * @param schema the expected body of the response. `v.undefined()` for a response without one
   * @throws ProblemError for an error response, an unexpected body or no response
   */
  call<const S extends v.GenericSchema>(
    request: ApiRequest,
    schema: S,
  ): Promise<ApiResult<v.InferOutput<S>>>;
}

/** How the client reaches Original API. */
export interface ApiOptions {
  /** The URL of Original API with its route prefix, without a trailing slash. */
  readonly baseUrl: string;
  /** Returns token A. Throws a `ProblemError` when that needs the user. */
  readonly acquireToken: SignIn['acquireToken'];
  /** Replaces the browser's `fetch` in tests. */
  readonly fetch?: typeof fetch;
}

/** Milliseconds. Longer than the deadline of Original API, which is 10 seconds. */
const requestTimeout = 20_000;

/** Creates the client of Original API. */
export function createApi(options: ApiOptions): Api {
  const { baseUrl, acquireToken } = options;
  const fetchResponse =
    options.fetch ?? ((...parameters: Parameters<typeof fetch>) => fetch(...parameters));

  async function send(request: ApiRequest, trace: Trace, token: string): Promise<Response> {
    const { correlationId } = trace;
    let response: Response;
    try {
      response = await fetchResponse(`${baseUrl}/${request.path}`, {
        method: request.method,
        headers: createHeaders(request, trace, token),
        ...(request.body !== undefined && { body: JSON.stringify(request.body) }),
        cache: 'no-store',
        credentials: 'omit',
        redirect: 'error',
        signal: AbortSignal.timeout(requestTimeout),
      });
    } catch (error) {
      const isTimeout = error instanceof DOMException && error.name === 'TimeoutError';
      throw new ProblemError({
        code: isTimeout ? 'timeout' : 'unreachable',
        status: 0,
        correlationId,
      });
    }
    if (!response.ok) throw new ProblemError(await readProblem(response, correlationId));
    return response;
  }

  /** Acquires a new token A, with the correlation id of the failed request. */
  async function renewToken(
    apiError: ProblemError,
    scope: Scope,
    { correlationId }: Trace,
  ): Promise<string> {
    const { claims } = apiError.problem;
    try {
      return await acquireToken(scope, correlationId, claims === undefined ? {} : { claims });
    } catch (error) {
      // The problem of the API has the claims and scopes for the interactive request.
      if (error instanceof ProblemError && requiresInteraction(error.problem)) throw apiError;
      throw error;
    }
  }

  async function sendWithRenewal(request: ApiRequest, trace: Trace): Promise<Response> {
    const token = await acquireToken(request.scope, trace.correlationId);
    try {
      return await send(request, trace, token);
    } catch (error) {
      if (!(error instanceof ProblemError) || !isRenewable(error)) throw error;
      const newToken = await renewToken(error, request.scope, trace);
      return send(request, startTrace(), newToken);
    }
  }

  return {
    async call(request, schema) {
      const trace = startTrace();
      const response = await sendWithRenewal(request, trace);
      const result = v.safeParse(schema, await readBody(response));
      if (!result.success) {
        throw new ProblemError({
          code: 'bad_gateway',
          status: response.status,
          correlationId: trace.correlationId,
        });
      }
      return { value: result.output, etag: response.headers.get('etag') ?? undefined };
    },
  };
}

/** Whether the API responded, and a new token A may solve the problem. */
function isRenewable({ problem }: ProblemError): boolean {
  return problem.status !== 0 && canRenewSilently(problem);
}

function createHeaders(request: ApiRequest, { traceparent }: Trace, token: string): Headers {
  const headers = new Headers({ authorization: `Bearer ${token}`, traceparent });
  if (request.body !== undefined) headers.set('content-type', 'application/json');
  if (request.basedOn === 'none') headers.set('if-none-match', '*');
  else if (request.basedOn !== undefined) headers.set('if-match', request.basedOn);
  return headers;
}

/** Returns `undefined` for no body and for a body that is not JSON. */
async function readBody(response: Response): Promise<unknown> {
  if (response.status === 204) return undefined;
  try {
    return await response.json();
  } catch {
    return undefined;
  }
}

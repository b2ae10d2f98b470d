import * as v from 'valibot';
import { createApiFetch } from '../shared/browser/api-fetch.ts';
import { ProblemError } from '../shared/browser/problem.ts';
import { startTrace } from '../shared/browser/trace.ts';
import type { Scope } from './auth/scopes.ts';
import type { SignIn } from './auth/sign-in.ts';

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
   * Sends a request with token A. When the API rejects the token or requires other claims, it
   * acquires a new token silently and sends the request once more.
   * @param schema the expected body of the response. `v.undefined()` for a response without one
   * @throws {ProblemError} for an error response, an unexpected body or no response
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
  /**
   * Returns token A.
   * @throws {ProblemError} when the user has to act
   */
  readonly acquireToken: SignIn['acquireToken'];
  /** Replaces the browser's `fetch` in tests. */
  readonly fetch?: typeof fetch;
}

/** Creates the client of Original API. */
export function createApi({ acquireToken, ...options }: ApiOptions): Api {
  const apiFetch = createApiFetch({ ...options, tokens: { acquire: acquireToken } });

  return {
    async call(request, schema) {
      const { method, path, scope, body } = request;
      const trace = startTrace();
      const response = await apiFetch(path, {
        method,
        headers: createHeaders(request),
        ...(body !== undefined && { body: JSON.stringify(body) }),
        cache: 'no-store',
        scopes: [scope],
        trace,
      });
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

function createHeaders({ body, basedOn }: ApiRequest): Headers {
  const headers = new Headers();
  if (body !== undefined) headers.set('content-type', 'application/json');
  if (basedOn === 'none') headers.set('if-none-match', '*');
  else if (basedOn !== undefined) headers.set('if-match', basedOn);
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

import * as v from 'valibot';
import { Refusal, readProblem } from './auth/problem.ts';
import { mayRenew, needsPerson } from './auth/remedy.ts';
import { startTrace, type Trace } from './trace.ts';

/** A scope of Original API by its bare name. */
export type Scope = 'Documents.Read' | 'Documents.ReadWrite' | 'Profile.Read' | 'Profile.ReadWrite';

export const allScopes: readonly Scope[] = [
  'Documents.Read',
  'Documents.ReadWrite',
  'Profile.Read',
  'Profile.ReadWrite',
];

export interface ApiRequest {
  readonly method: 'GET' | 'PUT' | 'DELETE';
  /** Below the API's base URL, without a leading slash, encoded. */
  readonly path: string;
  readonly scope: Scope;
  readonly body?: object;
  /** The ETag this change is based on, or `none` to create what must not exist yet. */
  readonly basedOn?: string | 'none';
}

export interface ApiAnswer<T> {
  readonly value: T;
  /** The version to name in the next change; undefined when nothing is stored yet. */
  readonly etag: string | undefined;
}

export interface Api {
  /**
   * Calls Original API with token A for exactly the scope that the call needs, and checks the answer's shape. Where the API wants a
   * better token, one is asked for without the person, and the call is made once more; what is refused after that is the refusal.
   * @throws Refusal for every other outcome, an unreachable API and a strange answer included.
   */
  call<const S extends v.GenericSchema>(
    request: ApiRequest,
    shape: S,
  ): Promise<ApiAnswer<v.InferOutput<S>>>;
}

/** Original gives up after 10 s; later than this nobody will answer. */
const patience = 20_000;

export function createApi(options: {
  readonly baseUrl: string;
  /** Gives token A for a scope, a new one for a renewal; throws Refusal when the person has to act first. */
  readonly acquireToken: (
    scope: Scope,
    correlationId: string,
    renewal?: { readonly claims?: string },
  ) => Promise<string>;
  readonly fetch?: typeof fetch;
}): Api {
  const { baseUrl, acquireToken } = options;
  const fetchAnswer =
    options.fetch ?? ((...parameters: Parameters<typeof fetch>) => fetch(...parameters));

  async function send(
    request: ApiRequest,
    { traceparent, correlationId }: Trace,
    token: string,
  ): Promise<Response> {
    const headers: Record<string, string> = { authorization: `Bearer ${token}`, traceparent };
    if (request.body !== undefined) headers['content-type'] = 'application/json';
    if (request.basedOn === 'none') headers['if-none-match'] = '*';
    else if (request.basedOn !== undefined) headers['if-match'] = request.basedOn;
    const response = await fetchAnswer(`${baseUrl}/${request.path}`, {
      method: request.method,
      headers,
      ...(request.body !== undefined && { body: JSON.stringify(request.body) }),
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
      signal: AbortSignal.timeout(patience),
    }).catch((error: unknown) => {
      const code =
        error instanceof DOMException && error.name === 'TimeoutError' ? 'timeout' : 'unreachable';
      throw new Refusal({ code, status: 0, correlationId });
    });
    if (!response.ok) throw new Refusal(await readProblem(response, correlationId));
    return response;
  }

  /** A new token A without the person, in the trace of the call that was refused. Where only the person can help, the refusal stands. */
  async function renew(refusal: unknown, scope: Scope, { correlationId }: Trace): Promise<string> {
    if (!(refusal instanceof Refusal) || refusal.problem.status === 0 || !mayRenew(refusal.problem))
      throw refusal;
    const { claims } = refusal.problem;
    return acquireToken(scope, correlationId, claims === undefined ? {} : { claims }).catch(
      (error: unknown) => {
        throw error instanceof Refusal && needsPerson(error.problem) ? refusal : error;
      },
    );
  }

  return {
    async call(request, shape) {
      const trace = startTrace();
      const token = await acquireToken(request.scope, trace.correlationId);
      const response = await send(request, trace, token).catch(async (refusal: unknown) => {
        const renewed = await renew(refusal, request.scope, trace);
        return send(request, startTrace(), renewed);
      });
      const json: unknown =
        response.status === 204 ? undefined : await response.json().catch(() => undefined);
      const read = v.safeParse(shape, json);
      if (!read.success)
        throw new Refusal({
          code: 'bad_gateway',
          status: response.status,
          correlationId: trace.correlationId,
        });
      return { value: read.output, etag: response.headers.get('etag') ?? undefined };
    },
  };
}

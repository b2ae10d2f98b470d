import { callWithToken } from './call-with-token.ts';
import { ProblemError } from './problem.ts';
import { readProblem } from './read-problem.ts';
import type { TokenSource } from './token-source.ts';
import { startTrace, type Trace } from './trace.ts';

/** The options of `fetch` for a request to the API, and those of its access token. */
export type ApiRequestInit = Omit<RequestInit, 'body'> & {
  /** The body. No stream, because a request may be sent twice. */
  readonly body?: Exclude<BodyInit, ReadableStream> | null;

  /** The scopes that this request needs. Default: those of the token source. */
  readonly scopes?: readonly string[];

  /** The ids of the request. Default: random ones. */
  readonly trace?: Trace;
};

/**
 * Sends a request to the API, with an access token.
 *
 * @param path the path below the base URL, without a leading slash, or a whole URL below it
 * @returns the response, whose status is always 2xx
 * @throws {ProblemError} for an error response, or if there is no response or no access token
 * @throws {TypeError} if the URL is not below the base URL, or the path has a segment `.` or `..`
 * @throws {unknown} the reason of `init.signal` if it is aborted
 */
export type ApiFetch = (path: string, init?: ApiRequestInit) => Promise<Response>;

/** How to reach the API. */
export type ApiFetchOptions = {
  /** The absolute URL of the API. Access tokens are sent to URLs below it, and nowhere else. */
  readonly baseUrl: string;

  /** Where the access tokens come from. */
  readonly tokens: Pick<TokenSource, 'acquire'>;

  /** Milliseconds to wait for a response. Default: 20,000. */
  readonly timeout?: number;

  /** Replaces the browser's `fetch` in tests. */
  readonly fetch?: typeof fetch;
};

/** Milliseconds. Longer than the deadline of the APIs, which is 10 seconds. */
const defaultTimeout = 20_000;

/**
 * Creates a `fetch` for one API. It adds an access token and a `traceparent` header, and throws a
 * {@link ProblemError} for an error response. When the API rejects the token or requires other
 * claims, it acquires a new token without the user and sends the request once more.
 *
 * @example
 * ```ts
 * const apiFetch = createApiFetch({ baseUrl: 'https://orders.example/api', tokens });
 * const response = await apiFetch('orders/42');
 * const order = await response.json();
 * ```
 */
export function createApiFetch(options: ApiFetchOptions): ApiFetch {
  const { baseUrl, tokens, timeout = defaultTimeout, fetch: customFetch } = options;
  // Browsers throw if `fetch` is called as a method of another object.
  const fetchResponse = customFetch ?? ((url: string, init: RequestInit) => fetch(url, init));

  return async (path, { scopes, trace = startTrace(), ...init } = {}) => {
    const url = resolveBelow(baseUrl, path);
    const { correlationId } = trace;
    return callWithToken(
      (renewal) => tokens.acquire({ scopes, correlationId, renewal }),
      (token, isRenewed) => send(url, init, isRenewed ? startTrace() : trace, token),
    );
  };

  async function send(
    url: string,
    init: RequestInit,
    { traceparent, correlationId }: Trace,
    token: string,
  ): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set('authorization', `Bearer ${token}`);
    headers.set('traceparent', traceparent);
    const deadline = AbortSignal.timeout(timeout);
    const signal = init.signal ? AbortSignal.any([init.signal, deadline]) : deadline;
    let response: Response;
    try {
      response = await fetchResponse(url, {
        credentials: 'omit',
        ...init,
        headers,
        redirect: 'error',
        signal,
      });
    } catch (error) {
      if (init.signal?.aborted) throw error;
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
}

/** A segment `.` or `..` before the query or the fragment, which `URL` would resolve. */
const dotSegment = /^(?:[^?#]*[/\\])?(?:\.|%2e){1,2} *(?:[/\\?#]|$)/i;

/**
 * An access token must not reach another server, whatever the path is made of, and a request must
 * not reach another resource because of an ID such as `../admin`.
 */
function resolveBelow(baseUrl: string, path: string): string {
  const base = baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`;
  const { href } = new URL(path, base);
  // `URL` drops tabs and line breaks.
  if (!href.startsWith(new URL(base).href) || dotSegment.test(path.replace(/[\t\n\r]/g, '')))
    throw new TypeError(
      `${path} is not below ${base}. ` +
        'Pass a path without a leading slash and without ".." segments.',
    );
  return href;
}

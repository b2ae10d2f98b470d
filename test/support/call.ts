import { assertNoLeaks } from '../../tools/attack/leaks.ts';

/** An HTTP response whose body has been read. */
export interface CallResponse {
  /** The HTTP status. */
  readonly status: number;
  /** The headers. */
  readonly headers: Headers;
  /** The body as text. */
  readonly text: string;
  /** The parsed body, or `undefined` when the body is not JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests assert the shape of the body themselves.
  readonly json: any;
}

/** The options of {@link call}. */
export interface CallOptions {
  /** The access token for the `Authorization` header. */
  readonly token?: string;
  /** A value to send as a JSON body. */
  readonly json?: unknown;
  /** Additional headers. */
  readonly headers?: Record<string, string>;
  /** Default: `GET`. */
  readonly method?: string;
  /** A raw body; `json` takes precedence. */
  readonly body?: NonNullable<RequestInit['body']>;
  /** Kinds of leaks that the response contains on purpose, such as `e-mail` for user names. */
  readonly allowedLeaks?: readonly string[];
}

/**
 * Sends one HTTP request without following redirects and reads the whole response.
 *
 * @throws {Error} when the response leaks a token, a key or an internal detail
 */
export async function call(url: string, options: CallOptions = {}): Promise<CallResponse> {
  const { token, json, headers, method, body, allowedLeaks } = options;
  const init: RequestInit = {
    redirect: 'manual',
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
  };
  if (method !== undefined) init.method = method;
  if (json !== undefined) init.body = JSON.stringify(json);
  else if (body !== undefined) init.body = body;

  const response = await fetch(url, init);
  const text = await response.text();
  assertNoLeaks('The response', [text, ...response.headers.values()], allowedLeaks);
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: parseJson(text),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

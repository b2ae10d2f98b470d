import { demandNoLeaks } from '../../tools/attack/leaks.ts';

/** What came back of one call; `json` is `undefined` where the body is none. */
export interface Called {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into answers whose shape is what it tests.
  readonly json: any;
}

/** One HTTP call as a client makes it; an object body goes as JSON. */
export async function call(
  url: string,
  {
    token,
    json,
    headers = {},
    ...rest
  }: {
    token?: string;
    json?: unknown;
    headers?: Record<string, string>;
    method?: string;
    body?: NonNullable<RequestInit['body']>;
  } = {},
): Promise<Called> {
  const response = await fetch(url, {
    redirect: 'manual',
    ...rest,
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
  });
  const text = await response.text();
  demandNoLeaks('An answer', [text, ...response.headers.values()]);
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = undefined;
  }
  return { status: response.status, headers: response.headers, text, json: body };
}

import { type CallResponse, call } from '../support/call.ts';
import type { Stack } from '../support/stack.ts';

/** The delegated scopes that both APIs define. */
const everyScope = ['Documents.Read', 'Documents.ReadWrite', 'Profile.Read', 'Profile.ReadWrite'];

/** The headers of a PUT that creates an object. */
export const createOnly = { 'if-none-match': '*' };

/** One of the two APIs of a stack, called as alice. */
export interface Api {
  /** Returns the absolute URL of a path below the route prefix. */
  url(path: string): string;
  /** A token of alice that this API accepts, with every scope. */
  readonly token: string;
  /** A token of alice that only the other API accepts. */
  readonly tokenForOtherApi: string;
  /** Sends a PUT with a JSON body; by default it creates an object. */
  put(path: string, json: unknown, headers?: Record<string, string>): Promise<CallResponse>;
  /** Sends a GET. */
  get(path: string): Promise<CallResponse>;
  /** Sends a DELETE. */
  delete(path: string, headers?: Record<string, string>): Promise<CallResponse>;
}

/** The names by which tests select an API. */
export const apiNames = ['Original API', 'Downstream API'] as const;

/** Both APIs by name. */
export type Apis = Readonly<Record<(typeof apiNames)[number], Api>>;

/** Requests a token B for Downstream API, as Original API receives it, with every scope. */
export function requestTokenB(stack: Stack, user: string, acrs?: string): Promise<string> {
  return stack.token(user, {
    client: 'original-api',
    scope: everyScope.map((scope) => `downstream-api/${scope}`).join(','),
    ...(acrs === undefined ? {} : { acrs }),
  });
}

/** Requests the tokens of alice for both APIs of a stack. */
export async function openApis(stack: Stack): Promise<Apis> {
  const tokenA = await stack.token('alice');
  const tokenB = await requestTokenB(stack, 'alice', 'c1');
  const { originalApi, downstreamApi } = stack.urls;
  return {
    'Original API': openApi({ baseUrl: originalApi, token: tokenA, tokenForOtherApi: tokenB }),
    'Downstream API': openApi({ baseUrl: downstreamApi, token: tokenB, tokenForOtherApi: tokenA }),
  };
}

function openApi(options: { baseUrl: string; token: string; tokenForOtherApi: string }): Api {
  const { baseUrl, token, tokenForOtherApi } = options;
  const url = (path: string) => `${baseUrl}/${path}`;
  return {
    url,
    token,
    tokenForOtherApi,
    put: (path, json, headers = createOnly) =>
      call(url(path), { token, method: 'PUT', json, headers }),
    get: (path) => call(url(path), { token }),
    delete: (path, headers = {}) => call(url(path), { token, method: 'DELETE', headers }),
  };
}

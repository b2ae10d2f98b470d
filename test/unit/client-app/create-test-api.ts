import * as v from 'valibot';
import { type ApiRequest, createApi } from '../../../client-app/api.ts';
import type { TokenRenewal } from '../../../client-app/auth/sign-in.ts';

/** The body of a successful response. */
export const schema = v.object({ title: v.string() });
export const readRequest: ApiRequest = {
  method: 'GET',
  path: 'documents/1',
  scope: 'Documents.Read',
};
export interface SentRequest {
  readonly url: string;
  readonly init: RequestInit;
  readonly headers: Headers;
}

export interface TokenRequest {
  readonly scope: string;
  readonly correlationId: string;
  readonly renewal: TokenRenewal | undefined;
}

/**
 * An API client whose requests get the given responses, one after another. Its first token is
 * `first`, and a renewed one is `renewed`.
 */
export function createTestApi(
  responses: readonly (Response | Error)[],
  renew: () => string = () => 'renewed',
) {
  const sent: SentRequest[] = [];
  const tokenRequests: TokenRequest[] = [];
  const remaining = [...responses];
  const api = createApi({
    baseUrl: 'http://localhost:1/api',
    acquireToken: async (scope, correlationId, renewal) => {
      tokenRequests.push({ scope, correlationId, renewal });
      return renewal ? renew() : 'first';
    },
    fetch: async (url, init = {}) => {
      sent.push({ url: String(url), init, headers: new Headers(init.headers) });
      const response = remaining.shift();
      if (response === undefined) return new Response(null, { status: 500 });
      if (response instanceof Response) return response;
      throw response;
    },
  });
  return { api, sent, tokenRequests };
}

export function success(): Response {
  return Response.json({ title: 'T' }, { headers: { etag: 'W/"1"' } });
}
/** The Authorization headers of the sent requests. */
export function authorizations(sent: readonly SentRequest[]): readonly (string | null)[] {
  return sent.map(({ headers }) => headers.get('authorization'));
}

import {
  type ApiOptions,
  createApi,
  type RouteMethods,
} from '../../../../shared/http/create-api.ts';
import { redact } from '../../../../shared/redacted.ts';
import { bindToken, type Caller } from '../../../../shared/token/caller.ts';

export const clientApp = 'c11e4700-0000-4000-8000-0000000000a1';

/** A caller of a public client app with the scope `Documents.Read`. */
export const callerWith = (changes: Partial<Caller> = {}): Caller =>
  bindToken(
    {
      tenantId: 'tenant',
      objectId: 'user',
      scopes: ['Documents.Read'],
      roles: [],
      authContexts: [],
      clientId: clientApp,
      confidential: false,
      handlesChallenges: true,
      expiresAt: 0,
      digest: 'digest',
      claims: {},
      checks: [],
      ...changes,
    },
    redact('a.b.c'),
  );

type RouteRequest = {
  readonly method?: string;
  /** Default: a bearer token, and nothing else. */
  readonly headers?: Readonly<Record<string, string>>;
};

type RouteResponse = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
};

type LogLine = { readonly level: 'info' | 'error'; readonly fields: Record<string, unknown> };

/** Serves the route `things/{id}` of an API in which every token belongs to {@link callerWith}. */
export function serveRoute(methods: RouteMethods, options: Partial<ApiOptions> = {}) {
  const lines: LogLine[] = [];
  const api = createApi({
    name: 'test-api',
    validate: async () => callerWith(),
    clients: { clientIds: [clientApp], confidential: false },
    origins: ['https://app.example'],
    challenge: { clientId: 'api', authorizationUri: 'https://login.example/authorize' },
    now: () => 0,
    ...options,
  });
  const { handler } = api.route('things/{id}', methods);
  const log = {
    info: (line: string) => lines.push({ level: 'info', fields: JSON.parse(line) }),
    error: (line: string) => lines.push({ level: 'error', fields: JSON.parse(line) }),
  };

  async function send({
    method = 'GET',
    headers = { authorization: 'Bearer a.b.c' },
  }: RouteRequest = {}) {
    const request = {
      method,
      headers: new Headers(headers),
      query: new URLSearchParams(),
      params: { id: 'secret-name' },
    };
    const response = (await handler(request as never, log as never)) as RouteResponse;
    const json = response.body === undefined ? undefined : JSON.parse(response.body);
    return { ...response, json };
  }

  return { send, lines };
}

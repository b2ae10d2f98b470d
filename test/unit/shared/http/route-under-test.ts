import type { RouteMethods } from '../../../../shared/http/route.ts';
import { type ServedApi, serve } from '../../../../shared/http/serve.ts';
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

  /** The `traceparent` of the framework. */
  readonly traceparent?: string;
};

type LogLine = { readonly level: 'info' | 'error'; readonly fields: Record<string, unknown> };

/** Serves the route `things/{id}` of an API in which every token belongs to {@link callerWith}. */
export function serveRoute(methods: RouteMethods, options: Partial<ServedApi> = {}) {
  const lines: LogLine[] = [];
  const api: ServedApi = {
    name: 'test-api',
    validate: async () => callerWith(),
    clients: { clientIds: [clientApp], confidential: false },
    origins: ['https://app.example'],
    challenge: { clientId: 'api', authorizationUri: 'https://login.example/authorize' },
    metadataPath: () => undefined,
    now: () => 0,
    ...options,
  };
  const log = {
    info: (line: string) => lines.push({ level: 'info', fields: JSON.parse(line) }),
    error: (line: string) => lines.push({ level: 'error', fields: JSON.parse(line) }),
  };

  async function send({
    method = 'GET',
    headers = { authorization: 'Bearer a.b.c' },
    traceparent,
  }: RouteRequest = {}) {
    const request = {
      method,
      url: 'https://api.example/api/things/secret-name',
      headers: new Headers(headers),
      query: new URLSearchParams(),
      params: { id: 'secret-name' },
      arrayBuffer: async () => new ArrayBuffer(0),
    };
    const response = await serve(api, 'things/{id}', methods, request, { log, traceparent });
    const json = response.body === undefined ? undefined : JSON.parse(String(response.body));
    return { ...response, json };
  }

  return { send, lines };
}

import { describe, expect, test } from '@jest/globals';
import { ApiError } from '../../../../shared/api-error.ts';
import type { Call } from '../../../../shared/http/call.ts';
import type { RouteMethods } from '../../../../shared/http/route.ts';
import type { Caller } from '../../../../shared/token/caller.ts';
import { callerWith, clientApp, serveRoute } from './route-under-test.ts';

const handler = async () => ({ json: { ok: true } });
const traceId = '0af7651916cd43dd8448eb211c80319c';
const callerSpanId = 'b7ad6b7169203331';

const openRoute = (openHandler: () => Promise<object> = handler): RouteMethods => ({
  GET: { open: true, handler: openHandler },
});
const failingRoute = (error: unknown) => openRoute(() => Promise.reject(error));

test('an open method needs no token', async () => {
  const { status } = await serveRoute(openRoute()).send({ headers: {} });
  expect(status).toBe(200);
});

test('a protected method returns 401 without a token', async () => {
  const { send } = serveRoute({ GET: { scopes: ['Documents.Read'], handler } });
  expect((await send({ headers: {} })).status).toBe(401);
});

test.each<{
  name: string;
  caller?: Partial<Caller>;
  confidential?: boolean;
  scope?: string;
  status: number;
}>([
  { name: 'with the scope', status: 200 },
  { name: 'with another scope', scope: 'Documents.ReadWrite', status: 403 },
  { name: 'with a part of the scope', caller: { scopes: ['Documents.Rea'] }, status: 403 },
  { name: 'with the scope in another case', caller: { scopes: ['documents.read'] }, status: 403 },
  { name: 'from an app that is not allowed', caller: { clientId: 'other' }, status: 403 },
  { name: 'from a public app where none is allowed', confidential: true, status: 403 },
  {
    name: 'from a confidential app where only those are allowed',
    caller: { confidential: true },
    confidential: true,
    status: 200,
  },
])(
  'a caller $name receives $status',
  async ({ caller, confidential = false, scope = 'Documents.Read', status }) => {
    const { send } = serveRoute(
      { GET: { scopes: [scope], handler } },
      {
        validate: async () => callerWith(caller),
        clients: { clientIds: [clientApp], confidential },
      },
    );
    expect((await send()).status).toBe(status);
  },
);

test('an open method does not read the token', async () => {
  const validate = () => Promise.reject(new Error('must not be called'));
  const { status } = await serveRoute(openRoute(), { validate }).send();
  expect(status).toBe(200);
});

test('only `true` opens a method', async () => {
  const method = { open: 'yes', scopes: ['Documents.Read'], handler } as never;
  expect((await serveRoute({ GET: method }).send({ headers: {} })).status).toBe(401);
});

describe('an error that is a bug', () => {
  const bug = new RangeError('alice@contoso.example at /home/x.ts');

  test('returns 500 without its message', async () => {
    const { status, body, json } = await serveRoute(failingRoute(bug)).send();
    expect(status).toBe(500);
    expect(json.code).toBe('unexpected');
    expect(body).not.toMatch(/alice|home/);
  });

  test('is logged by its class only', async () => {
    const { send, lines } = serveRoute(failingRoute(bug));
    const { json } = await send();
    expect(lines).toEqual([
      {
        level: 'error',
        fields: expect.objectContaining({
          code: 'unexpected',
          error: 'RangeError',
          status: 500,
          correlationId: json.correlationId,
        }),
      },
    ]);
    expect(JSON.stringify(lines)).not.toMatch(/alice|home/);
  });
});

test('an error that cannot be written as JSON returns 500', async () => {
  const claims: Record<string, unknown> = { access_token: {} };
  claims.circular = claims;
  const error = new ApiError('step_up_required', { claims });
  const { status, json } = await serveRoute(failingRoute(error)).send();
  expect(status).toBe(500);
  expect(json.code).toBe('unexpected');
});

test('a request writes one log line with a pseudonym and without values of the path', async () => {
  const protectedHandler = async ({ addLogContext }: Call) => {
    addLogContext({ exchange: 'cached' });
    return { json: {} };
  };
  const { send, lines } = serveRoute({
    GET: { scopes: ['Documents.Read'], handler: protectedHandler },
  });
  await send({
    headers: {
      authorization: 'Bearer a.b.c',
      traceparent: `00-${traceId}-${callerSpanId}-01`,
    },
  });
  expect(lines).toHaveLength(1);
  expect(lines[0]?.fields).toEqual({
    api: 'test-api',
    method: 'GET',
    route: 'things/{id}',
    status: 200,
    milliseconds: 0,
    correlationId: '0af76519-16cd-43dd-8448-eb211c80319c',
    traceparent: expect.stringMatching(
      new RegExp(`^00-${traceId}-(?!${callerSpanId})[0-9a-f]{16}-01$`),
    ),
    user: expect.stringMatching(/^[0-9a-f]{16}$/),
    clientId: clientApp,
    exchange: 'cached',
  });
});

test.each([
  { name: 'without its form', traceparent: 'garbage' },
  { name: 'with a trace id of zeros', traceparent: `00-${'0'.repeat(32)}-${callerSpanId}-01` },
  { name: 'with a span id of zeros', traceparent: `00-${traceId}-${'0'.repeat(16)}-01` },
  { name: 'of an unknown version', traceparent: `ff-${traceId}-${callerSpanId}-01` },
])('a traceparent $name starts a new trace', async ({ traceparent }) => {
  const { headers } = await serveRoute(openRoute()).send({ headers: { traceparent } });
  expect(headers['x-correlation-id']).toMatch(
    /^(?!0af76519)(?!00000000-0000)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  );
});

test.each(['constructor', '__proto__', 'toString', 'PROPFIND'])(
  'the method %s is not found, whatever members objects have',
  async (method) => {
    const { status, json } = await serveRoute({}).send({ method });
    expect(status).toBe(404);
    expect(json.code).toBe('not_found');
  },
);

describe('a trace', () => {
  const frameworkTraceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  const traceparent = (id: string) => `00-${id}-${callerSpanId}-01`;
  const correlationId = (id: string) =>
    id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

  test.each([
    {
      name: 'of the framework comes first',
      framework: traceparent(frameworkTraceId),
      id: frameworkTraceId,
    },
    { name: 'of the request counts if the framework has none', framework: '', id: traceId },
  ])('$name', async ({ framework, id }) => {
    const { headers } = await serveRoute(openRoute()).send({
      headers: { traceparent: traceparent(traceId) },
      traceparent: framework,
    });
    expect(headers['x-correlation-id']).toBe(correlationId(id));
  });
});

describe('the URL of the metadata', () => {
  const metadataPath = () => '.well-known/oauth-protected-resource';
  const protectedRoute: RouteMethods = { GET: { scopes: ['Documents.Read'], handler } };
  const challengeFor = async (headers: Record<string, string>) => {
    const response = await serveRoute(protectedRoute, { metadataPath }).send({ headers });
    return response.headers['www-authenticate'];
  };

  test('is the last parameter of a challenge', async () => {
    expect(await challengeFor({})).toBe(
      'Bearer realm="api", authorization_uri="https://login.example/authorize", ' +
        'resource_metadata="https://api.example/api/.well-known/oauth-protected-resource"',
    );
  });

  test('is left out if the Host header is no plain host', async () => {
    expect(await challengeFor({ host: 'api.example/x' })).not.toContain('resource_metadata');
  });

  test('is left out if the API publishes no metadata', async () => {
    const { headers } = await serveRoute(protectedRoute).send({ headers: {} });
    expect(headers['www-authenticate']).not.toContain('resource_metadata');
  });
});

describe('a step-up', () => {
  const claims = { access_token: { acrs: { essential: true, value: 'c1' } } };
  const send = () =>
    serveRoute(failingRoute(new ApiError('step_up_required', { claims }))).send({
      headers: { origin: 'https://app.example' },
    });

  test('returns 401 with one challenge', async () => {
    const { status, headers } = await send();
    const encoded = Buffer.from(JSON.stringify(claims)).toString('base64');
    expect(status).toBe(401);
    expect(headers['www-authenticate']).toBe(
      'Bearer realm="api", authorization_uri="https://login.example/authorize", ' +
        `error="insufficient_claims", claims="${encoded}"`,
    );
  });

  test('repeats the claims in the body', async () => {
    expect((await send()).json.claims).toEqual(claims);
  });

  test('can be read by the browser', async () => {
    expect((await send()).headers).toMatchObject({
      'access-control-allow-origin': 'https://app.example',
      'access-control-expose-headers': 'WWW-Authenticate, Retry-After, ETag',
      vary: 'Origin',
    });
  });
});

test('the challenge for an app-only token names the scopes that a user needs', async () => {
  const validate = () =>
    Promise.reject(new ApiError('insufficient_scope', { detail: 'Users only.' }));
  const { send } = serveRoute({ GET: { scopes: ['Documents.Read'], handler } }, { validate });
  const { headers, json } = await send();
  expect(headers['www-authenticate']).toContain('scope="Documents.Read"');
  expect(json.scopes).toEqual(['Documents.Read']);
  expect(json.detail).toBe('Users only.');
});

test.each([
  'https://app.example.evil.example',
  'https://app.exampl',
  'http://app.example',
  'https://APP.example',
  'null',
])('the origin %s receives no CORS headers', async (origin) => {
  const { headers } = await serveRoute(openRoute()).send({ headers: { origin } });
  expect(headers).toMatchObject({
    vary: 'Origin',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  const corsHeaders = Object.keys(headers).filter((name) => name.startsWith('access-control'));
  expect(corsHeaders).toEqual([]);
});

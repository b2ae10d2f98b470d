import { expect, test } from '@jest/globals';
import { ApiError } from '../../../../shared/api-error.ts';
import { type Call, createApi, type RouteMethods } from '../../../../shared/http/create-api.ts';
import { redact } from '../../../../shared/redacted.ts';
import { bindToken, type Caller } from '../../../../shared/token/caller.ts';

const clientApp = 'c11e4700-0000-4000-8000-0000000000a1';
const caller = (changes: Partial<Caller> = {}): Caller =>
  bindToken(
    {
      tenantId: 'tenant',
      objectId: 'user',
      scopes: ['Documents.Read'],
      roles: [],
      clientId: clientApp,
      confidential: false,
      handlesChallenges: true,
      authContexts: [],
      expiresAt: 0,
      digest: 'digest',
      claims: {},
      checks: [],
      ...changes,
    },
    redact('a.b.c'),
  );

function serve(
  methods: RouteMethods,
  validate: () => Promise<Caller> = async () => caller(),
  confidential = false,
) {
  const lines: { level: string; line: Record<string, unknown> }[] = [];
  const api = createApi({
    name: 'test-api',
    validate,
    clients: { clientIds: [clientApp], confidential },
    origins: ['https://app.example'],
    challenge: { clientId: 'api', authorizationUri: 'https://login.example/authorize' },
    now: () => 0,
  });
  const { handler } = api.route('things/{id}', methods);
  const log = {
    info: (line: string) => lines.push({ level: 'info', line: JSON.parse(line) }),
    error: (line: string) => lines.push({ level: 'error', line: JSON.parse(line) }),
  };
  const ask = async (
    method = 'GET',
    headers: Record<string, string> = { authorization: 'Bearer a.b.c' },
  ) => {
    const request = {
      method,
      headers: new Headers(headers),
      query: new URLSearchParams(),
      params: { id: 'secret-name' },
    };
    const answer = (await handler(request as never, log as never)) as {
      status: number;
      headers: Record<string, string>;
      body?: string;
    };
    return { ...answer, json: answer.body === undefined ? undefined : JSON.parse(answer.body) };
  };
  return { ask, lines };
}

const ok = async () => ({ json: { ok: true } });

test('a method that states no policy does not start', () => {
  const start = () => serve({ GET: { handler: ok } as never });
  expect(start).toThrow(
    'Route GET things/{id} has no access policy. Set `scopes`, or `open: true` for anonymous access.',
  );
  expect(() => serve({ GET: { scopes: [], handler: ok } as never })).toThrow(
    'has no access policy',
  );
});

test('an open method needs no token; one with a policy does', async () => {
  expect((await serve({ GET: { open: true, handler: ok } }).ask('GET', {})).status).toBe(200);
  expect(
    (await serve({ GET: { scopes: ['Documents.Read'], handler: ok } }).ask('GET', {})).status,
  ).toBe(401);
});

const policies: [string, Partial<Caller>, boolean, string, number][] = [
  ['the scope it needs', {}, false, 'Documents.Read', 200],
  ['another scope', {}, false, 'Documents.ReadWrite', 403],
  [
    'a scope of which it has the beginning only',
    { scopes: ['Documents.Rea'] },
    false,
    'Documents.Read',
    403,
  ],
  ['the scope in another case', { scopes: ['documents.read'] }, false, 'Documents.Read', 403],
  ['an app that is not on the list', { clientId: 'other' }, false, 'Documents.Read', 403],
  ['a public app where a confidential one is due', {}, true, 'Documents.Read', 403],
  ['a confidential app where one is due', { confidential: true }, true, 'Documents.Read', 200],
];
test.each(policies)('a caller with %s', async (_name, changes, confidential, scope, status) => {
  const { ask } = serve(
    { GET: { scopes: [scope], handler: ok } },
    async () => caller(changes),
    confidential,
  );
  expect((await ask()).status).toBe(status);
});

test('whatever is thrown that is no apiError answers 500 without words, and the log names its kind only', async () => {
  const { ask, lines } = serve({
    GET: {
      open: true,
      handler: async () => {
        throw new RangeError('alice@contoso.example at /home/x.ts');
      },
    },
  });
  const { status, body, json } = await ask();
  expect([status, json.code]).toEqual([500, 'unexpected']);
  expect(`${body}${JSON.stringify(lines)}`).not.toMatch(/alice|home/);
  expect(lines).toEqual([
    {
      level: 'error',
      line: expect.objectContaining({
        code: 'unexpected',
        error: 'RangeError',
        status: 500,
        correlationId: json.correlationId,
      }),
    },
  ]);
});

test('a request leaves one line with the route’s template and a pseudonym of the user', async () => {
  const noting = async ({ note }: Call) => {
    note({ exchange: 'cached' });
    return { json: {} };
  };
  const { ask, lines } = serve({ GET: { scopes: ['Documents.Read'], handler: noting } });
  await ask('GET', {
    authorization: 'Bearer a.b.c',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  });
  expect(lines).toHaveLength(1);
  expect(lines[0]?.line).toEqual({
    api: 'test-api',
    method: 'GET',
    route: 'things/{id}',
    status: 200,
    milliseconds: 0,
    correlationId: '0af76519-16cd-43dd-8448-eb211c80319c',
    traceparent: expect.stringMatching(
      /^00-0af7651916cd43dd8448eb211c80319c-(?!b7ad6b7169203331)[0-9a-f]{16}-01$/,
    ),
    user: expect.stringMatching(/^[0-9a-f]{16}$/),
    clientId: clientApp,
    exchange: 'cached',
  });
});

test.each([
  'garbage',
  '00-00000000000000000000000000000000-b7ad6b7169203331-01',
  '00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01',
  'ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
])('the traceparent %s begins a trace of our own', async (traceparent) => {
  const { headers } = await serve({ GET: { open: true, handler: ok } }).ask('GET', { traceparent });
  expect(headers['x-correlation-id']).toMatch(
    /^(?!0af76519)(?!00000000-0000)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  );
});

test('a step-up goes out as one challenge that a browser can read, and in the body', async () => {
  const claims = { access_token: { acrs: { essential: true, value: 'c1' } } };
  const { ask } = serve({
    GET: {
      open: true,
      handler: async () => {
        throw new ApiError('step_up_required', { claims });
      },
    },
  });
  const { status, headers, json } = await ask('GET', { origin: 'https://app.example' });
  expect(status).toBe(401);
  expect(headers['www-authenticate']).toBe(
    `Bearer realm="api", authorization_uri="https://login.example/authorize", error="insufficient_claims", claims="${Buffer.from(JSON.stringify(claims)).toString('base64')}"`,
  );
  expect(json.claims).toEqual(claims);
  expect(headers).toMatchObject({
    'access-control-allow-origin': 'https://app.example',
    'access-control-expose-headers': 'WWW-Authenticate, Retry-After, ETag',
    vary: 'Origin',
  });
});

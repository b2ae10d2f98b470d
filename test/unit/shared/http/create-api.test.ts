import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createEntra, type Entra } from '../../../../shared/entra.ts';
import { type ApiOptions, createApi } from '../../../../shared/http/create-api.ts';
import type { Route } from '../../../../shared/http/route.ts';
import {
  audience,
  clientApp,
  type Issuer,
  startIssuer,
  tenantId,
} from '../../../support/issuer.ts';

const appIdUri = 'https://orders.contoso.example';

let issuer: Issuer;
let entra: Entra;
beforeAll(async () => {
  issuer = await startIssuer();
});
beforeEach(() => {
  entra = createEntra({ tenantIds: [tenantId], authorityHost: issuer.host });
});
afterAll(() => issuer.close());

const createTestApi = (options: Partial<ApiOptions> = {}) =>
  createApi({ name: 'orders-api', entra, audience, clients: [clientApp], ...options });

const handler = async () => ({ json: {} });

/** Sends a GET to a route and reads its JSON. */
async function get(
  route: Route,
  {
    url = 'https://shop.example/api/orders',
    headers = {},
  }: { url?: string; headers?: object } = {},
) {
  const request = {
    method: 'GET',
    url,
    headers: new Headers({ ...headers }),
    query: new URLSearchParams(),
    params: {},
    arrayBuffer: async () => new ArrayBuffer(0),
  };
  const log = { info: () => {}, error: () => {} };
  const response = await route.handle(request, { log });
  return { ...response, json: JSON.parse(String(response.body)) };
}

const ordersOf = (options: Partial<ApiOptions> = {}) =>
  createTestApi(options).route('orders', { GET: { scopes: ['Documents.Read'], handler } });

const sendToken = async (route: Route, claims: Record<string, unknown> = {}) =>
  get(route, { headers: { authorization: `Bearer ${await issuer.token(claims)}` } });

test('a route accepts a valid token of an allowed app', async () => {
  expect((await sendToken(ordersOf())).status).toBe(200);
});

test('a route lists its methods and OPTIONS', () => {
  expect(ordersOf().methods).toEqual(['GET', 'OPTIONS']);
});

test('a method without an access policy stops the app at startup', () => {
  expect(() => createTestApi().route('orders', { GET: { handler } as never })).toThrow(
    'Route GET orders has no access policy.',
  );
});

test('client ids may be in upper case', async () => {
  const route = ordersOf({
    audience: audience.toUpperCase(),
    clients: [clientApp.toUpperCase()],
  });
  expect((await sendToken(route)).status).toBe(200);
});

test('an app that is not listed is refused', async () => {
  const { json } = await sendToken(ordersOf({ clients: [] }));
  expect(json.code).toBe('caller_not_allowed');
});

test('a public client is refused where only confidential ones are allowed', async () => {
  const { json } = await sendToken(ordersOf({ confidentialClientsOnly: true }));
  expect(json.code).toBe('caller_not_allowed');
});

test.each<{ name: string; options: Partial<ApiOptions>; message: string }>([
  {
    name: 'an audience that is not a client id',
    options: { audience: `api://${audience}` },
    message: `audience: 'api://${audience}' is not a client id`,
  },
  {
    name: 'a list of audiences that does not start with the client id',
    options: { audience: [appIdUri, audience] },
    message: `audience: '${appIdUri}' is not a client id`,
  },
  {
    name: 'an empty list of audiences',
    options: { audience: [] },
    message: "audience: '' is not a client id",
  },
  {
    name: 'a further audience that is missing, such as a setting',
    options: { audience: [audience, undefined as never] },
    message: "audience: 'undefined' is not an App ID URI",
  },
  {
    name: 'an empty further audience',
    options: { audience: [audience, ''] },
    message: "audience: '' is not an App ID URI",
  },
  {
    name: 'a client that is not a client id',
    options: { clients: ['spa'] },
    message: "clients: 'spa' is not a client id",
  },
  {
    name: 'no audience',
    options: { audience: undefined as never },
    message: "audience: '' is not a client id",
  },
  {
    name: 'a client id that is not in a list',
    options: { clients: clientApp as never },
    message: 'clients must be a list of client ids',
  },
  {
    name: 'the options of createEntra in place of its result',
    options: { entra: { tenantIds: [tenantId] } as never },
    message: 'entra must be what createEntra returns',
  },
  {
    name: 'an origin that is not in a list',
    options: { origins: 'https://shop.example' as never },
    message: 'origins must be a list of web origins',
  },
  ...[
    '*',
    'https://*.shop.example',
    'https://shop.example/',
    'https://Shop.example',
    'https://shop.example:443',
    'shop.example',
    'null',
    'file://',
    'https://user@shop.example',
    'undefined//undefined',
    '',
  ].map((origin) => ({
    name: `the origin '${origin}'`,
    options: { origins: [origin] },
    message: `origins: '${origin}' is not an exact web origin`,
  })),
])('$name stops the app at startup', ({ options, message }) => {
  expect(() => createTestApi(options)).toThrow(message);
});

test.each([
  'https://shop.example',
  'http://localhost:5173',
  'http://[::1]:8080',
  'capacitor://app',
])('the origin %s is exact', (origin) => {
  expect(() => createTestApi({ origins: [origin] })).not.toThrow();
});

describe('an API with a further App ID URI', () => {
  test.each([
    { name: 'its client id', claims: {}, status: 200 },
    { name: 'the URI, version 1', claims: { ver: '1.0', aud: appIdUri }, status: 200 },
    { name: 'its client id as a URI, version 1', claims: { ver: '1.0' }, status: 200 },
    { name: 'the URI, version 2', claims: { aud: appIdUri }, status: 401 },
    { name: 'a part of the URI', claims: { ver: '1.0', aud: `${appIdUri}/x` }, status: 401 },
    { name: 'both', claims: { ver: '1.0', aud: [audience, appIdUri] }, status: 401 },
  ])('returns $status for a token for $name', async ({ claims, status }) => {
    const route = ordersOf({ audience: [audience, appIdUri] });
    expect((await sendToken(route, claims)).status).toBe(status);
  });
});

test('a challenge names the API and where its users sign in', async () => {
  const { headers } = await get(ordersOf());
  expect(headers['www-authenticate']).toBe(
    `Bearer realm="${audience}", ` +
      `authorization_uri="${issuer.host.href}${tenantId}/oauth2/v2.0/authorize"`,
  );
});

describe('the metadata of an API', () => {
  test('names the API, the authorization servers and the scopes of all routes', async () => {
    const api = createTestApi();
    const metadata = api.metadataRoute('shop');
    api.route('shop/orders', {
      GET: { anyScope: ['Orders.Read', 'Orders.ReadWrite'], handler },
      PUT: { scopes: ['Orders.ReadWrite'], handler },
    });
    const url = 'https://shop.example/api/shop/.well-known/oauth-protected-resource';
    const { status, json } = await get(metadata, { url });
    expect(status).toBe(200);
    expect(json).toEqual({
      resource: 'https://shop.example/api/shop',
      authorization_servers: [`${issuer.host.href}${tenantId}/v2.0`],
      scopes_supported: [`api://${audience}/Orders.Read`, `api://${audience}/Orders.ReadWrite`],
      bearer_methods_supported: ['header'],
    });
  });

  test('is at the path in its challenges', async () => {
    const api = createTestApi();
    const orders = api.route('shop/orders', { GET: { scopes: ['Orders.Read'], handler } });
    const metadata = api.metadataRoute('shop');
    const { headers } = await get(orders, { url: 'https://shop.example/api/shop/orders' });
    expect(headers['www-authenticate']).toContain(
      `, resource_metadata="https://shop.example/api/${metadata.path}"`,
    );
  });

  test('can be read by a listed origin, and by no other', async () => {
    const origin = 'https://app.example';
    const metadata = createTestApi({ origins: [origin] }).metadataRoute();
    const url = `https://shop.example/api/${metadata.path}`;
    const allowed = await get(metadata, { url, headers: { origin } });
    const refused = await get(metadata, { url, headers: { origin: 'https://evil.example' } });
    expect(allowed.headers['access-control-allow-origin']).toBe(origin);
    expect(refused.headers['access-control-allow-origin']).toBeUndefined();
  });

  test('is not given for a malformed Host header', async () => {
    const metadata = createTestApi().metadataRoute();
    const { status, body } = await get(metadata, {
      url: `http://evil.example/x/${metadata.path}`,
      headers: { host: 'evil.example/x' },
    });
    expect(status).toBe(400);
    expect(body).not.toContain('evil');
  });
});

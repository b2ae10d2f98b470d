import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createEntra } from '../../../shared/entra.ts';
import { readJsonBody } from '../../../shared/http/body.ts';
import type { Call } from '../../../shared/http/call.ts';
import type { HttpMethod, NewRouteMethods, RouteMethod } from '../../../shared/http/route.ts';
import { createWebApi, type WebApi } from '../../../shared/web.ts';
import { audience, clientApp, type Issuer, startIssuer, tenantId } from '../../support/issuer.ts';

const mebibyte = 1024 * 1024;
const url = 'https://shop.example/orders';

let issuer: Issuer;
let token: string;
let lines: string[];
let api: WebApi;
beforeAll(async () => {
  issuer = await startIssuer();
  token = await issuer.token();
});
beforeEach(() => {
  lines = [];
  api = createWebApi({
    name: 'orders-api',
    entra: createEntra({ tenantIds: [tenantId], authorityHost: issuer.host }),
    audience,
    clients: [clientApp],
    origins: ['https://app.example'],
    log: { info: (line) => lines.push(line), error: (line) => lines.push(line) },
  });
});
afterAll(() => issuer.close());

/** Sends a request to `orders/{id}`. */
async function send(method: RouteMethod, init: RequestInit & { readonly duplex?: 'half' } = {}) {
  const methods = { [init.method ?? 'GET']: method } as NewRouteMethods<HttpMethod>;
  const route = api.route('orders/{id}', methods);
  const response = await route(new Request(`${url}/7`, init), { id: '7' });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text };
}

const scopes = ['Documents.Read'] as const;
const bearer = () => ({ authorization: `Bearer ${token}` });

test('a handler reads the method, URL, query and parameters of the request', async () => {
  const handler = async ({ request: { method, url, query, params } }: Call) => ({
    json: { method, url, page: query.get('page'), params },
  });
  const route = api.route('orders/{id}', { GET: { scopes, handler } });
  const request = new Request(`${url}/7?page=2`, { headers: bearer() });
  const response = await route(request, { id: '7' });
  expect(await response.json()).toEqual({
    method: 'GET',
    url: `${url}/7?page=2`,
    page: '2',
    params: { id: '7' },
  });
});

test.each([
  { name: 'text', result: { text: 'é' }, body: 'é' },
  { name: 'bytes', result: { bytes: Uint8Array.of(0x68, 0x69) }, body: 'hi' },
  { name: 'no body', result: { status: 204 }, body: '' },
])('a response can be $name', async ({ result, body }) => {
  const { text } = await send({ open: true, handler: async () => result });
  expect(text).toBe(body);
});

test('a request writes one line to the log', async () => {
  await send({ open: true, handler: async () => ({}) });
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({ api: 'orders-api', status: 200, route: 'orders/{id}' }),
  ]);
});

test('the log is the console by default', async () => {
  const info = jest.spyOn(console, 'info').mockImplementation(() => {});
  const entra = createEntra({ tenantIds: [tenantId], authorityHost: issuer.host });
  const withConsole = createWebApi({ name: 'x', entra, audience, clients: [] });
  await withConsole.route('orders', {})(new Request(url));
  expect(info).toHaveBeenCalledTimes(1);
  info.mockRestore();
});

describe('credentials', () => {
  const handler = async () => ({ json: {} });
  const authorized = (headers: Headers) => send({ scopes, handler }, { headers });

  test('of one header are accepted', async () => {
    expect((await authorized(new Headers(bearer()))).status).toBe(200);
  });

  test.each([
    { name: 'a Bearer header and a Bearer header', values: ['Bearer', 'Bearer'] },
    { name: 'a Basic header and a Bearer header', values: ['Basic', 'Bearer'] },
    { name: 'a Bearer header and a Basic header', values: ['Bearer', 'Basic'] },
  ])('of two headers are refused: $name', async ({ values }) => {
    const headers = new Headers();
    for (const scheme of values) headers.append('authorization', `${scheme} ${token}`);
    expect((await authorized(headers)).status).toBe(400);
  });

  test('in the header and the query are refused', async () => {
    const route = api.route('orders', { GET: { scopes, handler } });
    const response = await route(
      new Request(`${url}?access_token=${token}`, { headers: bearer() }),
    );
    expect(response.status).toBe(400);
  });
});

describe('HEAD', () => {
  const handler = async () => ({ json: { ok: true } });

  test('is not found where the route has only GET', async () => {
    const route = api.route('orders', { GET: { open: true, handler } });
    const response = await route(new Request(url, { method: 'HEAD' }));
    expect(response.status).toBe(404);
    expect(await response.text()).toBe('');
  });

  test('has the headers of the content but not the content', async () => {
    const { headers, text } = await send({ open: true, handler }, { method: 'HEAD' });
    expect(headers.get('content-length')).toBe('11');
    expect(text).toBe('');
  });
});

test('a preflight is answered for the methods of the route', async () => {
  const route = api.route('orders', { PUT: { scopes, handler: async () => ({}) } });
  const headers = { origin: 'https://app.example', 'access-control-request-method': 'PUT' };
  const response = await route(new Request(url, { method: 'OPTIONS', headers }));
  expect(response.status).toBe(204);
  expect(response.headers.get('access-control-allow-methods')).toBe('PUT');
});

test('a challenge contains the URL of the metadata', async () => {
  api.metadataRoute();
  const { headers } = await send({ scopes, handler: async () => ({}) });
  expect(headers.get('www-authenticate')).toMatch(
    /, resource_metadata="https:\/\/shop\.example\/\.well-known\/oauth-protected-resource"$/,
  );
});

describe('a body', () => {
  const json = { 'content-type': 'application/json' };
  const echo = async ({ request }: Call) => ({ json: await readJsonBody(request) });
  const put = (body: BodyInit, headers: Record<string, string>) =>
    send(
      { scopes, handler: echo },
      { method: 'PUT', body, duplex: 'half', headers: { ...bearer(), ...headers } },
    );

  /** A stream that never ends, and the number of chunks of 64 KiB that were read from it. */
  function endlessBody() {
    let chunks = 0;
    let isCancelled = false;
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        chunks += 1;
        controller.enqueue(new Uint8Array(64 * 1024));
      },
      cancel() {
        isCancelled = true;
      },
    });
    return { stream, chunks: () => chunks, isCancelled: () => isCancelled };
  }

  test('with a length is read', async () => {
    const { text } = await put('{"a":1}', { ...json, 'content-length': '7' });
    expect(text).toBe('{"a":1}');
  });

  test('in several parts is put together', async () => {
    const parts = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const part of ['{"a"', ':', '"é"}'])
          controller.enqueue(new TextEncoder().encode(part));
        controller.close();
      },
    });
    const { text } = await put(parts, { ...json, 'content-length': '10' });
    expect(text).toBe('{"a":"é"}');
  });

  test.each([
    { name: 'without a length, as a chunked one', headers: json },
    {
      name: 'that is chunked and has a length',
      headers: { ...json, 'content-length': '2', 'transfer-encoding': 'chunked' },
    },
  ])('$name is refused with 411', async ({ headers }) => {
    expect((await put('{}', headers)).status).toBe(411);
  });

  test('over 1 MiB is refused with 413, although its length says less', async () => {
    const { status } = await put(`"${'x'.repeat(mebibyte)}"`, { ...json, 'content-length': '2' });
    expect(status).toBe(413);
  });

  test('without an end is read up to 1 MiB and then cancelled', async () => {
    const body = endlessBody();
    const { status } = await put(body.stream, { ...json, 'content-length': '2' });
    expect(status).toBe(413);
    expect(body.chunks()).toBeLessThan(20);
    expect(body.isCancelled()).toBe(true);
  });

  test('that is missing is malformed', async () => {
    const { status } = await send(
      { scopes, handler: echo },
      { method: 'PUT', headers: { ...bearer(), ...json, 'content-length': '0' } },
    );
    expect(status).toBe(400);
  });

  test('that something else has read before is a bug', async () => {
    const route = api.route('orders', { PUT: { scopes, handler: echo } });
    const headers = { ...bearer(), ...json, 'content-length': '2' };
    const request = new Request(url, { method: 'PUT', body: '{}', headers });
    await request.text();
    expect((await route(request)).status).toBe(500);
  });

  test('that breaks off is malformed', async () => {
    const broken = new ReadableStream({
      pull: (controller) => controller.error(new Error('secret path')),
    });
    const { status, text } = await put(broken, { ...json, 'content-length': '2' });
    expect(status).toBe(400);
    expect(text).not.toContain('secret');
  });
});

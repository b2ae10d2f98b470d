import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ProbeHost, startProbeHost } from './probe-host.ts';

let probe: ProbeHost;

beforeAll(async () => {
  probe = await startProbeHost();
});

afterAll(() => probe.host.close());

test.each([
  { request: 'GET /api/things/mine', name: 'literal', params: {} },
  { request: 'GET /API/Things/MINE', name: 'literal', params: {} },
  { request: 'GET /api/things/mine/', name: 'literal', params: {} },
  { request: 'GET /api/x/../things/mine', name: 'literal', params: {} },
  { request: 'PUT /api/things/mine', name: 'parameter', params: { id: 'mine' } },
  { request: 'GET /api/things/other', name: 'parameter', params: { id: 'other' } },
  { request: 'GET /api/things/a%2Fb%20c', name: 'parameter', params: { id: 'a%2Fb c' } },
  { request: 'GET /api/things/caf%C3%A9%FF', name: 'parameter', params: { id: 'café%FF' } },
  { request: 'GET /api/things/a/b', name: 'catchAll', params: { rest: 'a/b' } },
  { request: 'GET http://elsewhere/api/things/mine', name: 'literal', params: {} },
])('$request reaches the function $name', async ({ request, name, params }) => {
  expect(await probe.describe(request)).toMatchObject({ function: name, params });
});

test.each([
  'GET /api/unknown',
  'GET /api',
  'GET /things/mine',
  'POST /api/things/mine',
  'HEAD /api/things/mine',
  'OPTIONS /api/things/mine/deeper',
  'GET //api/things/mine',
  'GET /api//things/mine',
  'GET /api/things//mine',
  'TRACE /api/things/mine',
])('%s gets 404 with an empty body and no Allow header', async (request) => {
  const response = await probe.send(request);
  expect(response.status).toBe(404);
  expect(response.body).toBe('');
  expect(response.head).not.toMatch(/allow/i);
});

test('OPTIONS reaches a function that lists it', async () => {
  const { method } = await probe.describe('OPTIONS /api/things/x');
  expect(method).toBe('OPTIONS');
});

test('HEAD reaches a function that lists it, and the response has no body', async () => {
  const response = await probe.send('HEAD /api/headed');
  expect(response).toMatchObject({ status: 200, body: '' });
});

test('GET / is the home page', async () => {
  const response = await probe.send('GET /');
  expect(response.status).toBe(200);
  expect(response.body).toContain('Functions 4.0');
});

test('GET / gets 204 if AzureWebJobsDisableHomepage is true', async () => {
  const other = await startProbeHost({ env: { AzureWebJobsDisableHomepage: 'true' } });
  const response = await other.send('GET /');
  await other.host.close();
  expect(response).toMatchObject({ status: 204, body: '' });
});

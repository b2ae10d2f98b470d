import type { HttpRequest, InvocationContext } from '@azure/functions';
import { expect, test } from '@jest/globals';
import { createEntra } from '../../../shared/entra.ts';
import { createFunctionsApi } from '../../../shared/functions.ts';
import { audience, clientApp, tenantId } from '../../support/issuer.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';

function createTestApi() {
  const entra = createEntra({ tenantIds: [tenantId] });
  return createFunctionsApi({ name: 'test-api', entra, audience, clients: [clientApp] });
}

const handler = async () => ({ status: 201, json: { ok: true } });

test('a route becomes the options of a function that needs no function key', () => {
  const route = createTestApi().route('things/{id}', {
    GET: { open: true, handler },
    PUT: { scopes: ['Things.Write'], handler },
  });
  expect(route).toEqual({
    route: 'things/{id}',
    authLevel: 'anonymous',
    methods: ['GET', 'PUT', 'OPTIONS'],
    handler: expect.any(Function),
  });
});

test('the metadata becomes a function', () => {
  expect(createTestApi().metadataRoute('things')).toMatchObject({
    route: 'things/.well-known/oauth-protected-resource',
    methods: ['GET', 'OPTIONS'],
  });
});

test('a request is answered, logged with the context and traced as by the host', async () => {
  const lines: string[] = [];
  const route = createTestApi().route('things', { GET: { open: true, handler } });
  const request = {
    method: 'GET',
    url: 'https://test.example/api/things',
    headers: new Headers(),
    query: new URLSearchParams(),
    params: {},
  };
  const context = {
    info: (line: string) => lines.push(line),
    traceContext: { traceParent: `00-${traceId}-b7ad6b7169203331-01` },
  };
  const response = await route.handler(
    request as unknown as HttpRequest,
    context as unknown as InvocationContext,
  );
  expect(response).toMatchObject({ status: 201, body: '{"ok":true}' });
  expect(JSON.parse(lines.join())).toMatchObject({
    api: 'test-api',
    status: 201,
    correlationId: '0af76519-16cd-43dd-8448-eb211c80319c',
  });
});

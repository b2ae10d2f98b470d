import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { call } from '../support/call.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { createOnly } from './apis.ts';
import { tenant } from './tenant.ts';

const { tenants } = tenant;

describe('when only the home tenant is allowed, a user of another tenant', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
  }, 120_000);
  afterAll(() => stack?.stop());

  test('gets 401 from Original API', async () => {
    const token = await stack.token('olga');
    expect((await call(`${stack.urls.originalApi}/documents`, { token })).json).toMatchObject({
      status: 401,
      code: 'invalid_token',
    });
  });

  test('gets 401 from Downstream API', async () => {
    const token = await stack.token('olga', {
      client: 'original-api',
      scope: 'downstream-api/Documents.Read',
    });
    expect((await call(`${stack.urls.downstreamApi}/documents`, { token })).json).toMatchObject({
      status: 401,
      code: 'invalid_token',
    });
  });
});

describe('when a second tenant is allowed', () => {
  let stack: Stack;
  /** A user of the second tenant. */
  let olga: string;
  /** A user of the home tenant. */
  let alice: string;
  beforeAll(async () => {
    const allowed = `${tenants.contoso.id},${tenants.fabrikam.id}`;
    stack = await startStack({ set: { ALLOWED_TENANT_IDS: allowed } });
    olga = await stack.token('olga');
    alice = await stack.token('alice');
  }, 120_000);
  afterAll(() => stack?.stop());

  const callOriginal = (path: string, token: string) =>
    call(`${stack.urls.originalApi}/${path}`, { token });

  async function listIds(token: string): Promise<readonly string[]> {
    const { json } = await callOriginal('documents', token);
    return json.documents.map(({ id }: { id: string }) => id);
  }

  test('token B is for the tenant of the user', async () => {
    const { json } = await callOriginal('journey', olga);
    expect(json.downstream.claims.tid).toBe(tenants.fabrikam.id);
  });

  test('a user lists only documents of the same tenant', async () => {
    const idsOfOlga = await listIds(olga);
    const idsOfAlice = await listIds(alice);
    expect(idsOfOlga.length).toBeGreaterThan(0);
    expect(idsOfOlga.filter((id) => idsOfAlice.includes(id))).toEqual([]);
  });

  test('a document of the home tenant returns 404 in the second tenant', async () => {
    const [id] = await listIds(alice);
    expect(id).toBeDefined();
    expect((await callOriginal(`documents/${id}`, olga)).status).toBe(404);
  });

  test('a document of the second tenant returns 404 in the home tenant', async () => {
    const [id] = await listIds(olga);
    expect(id).toBeDefined();
    expect((await callOriginal(`documents/${id}`, alice)).status).toBe(404);
  });

  test('both tenants can use the same id', async () => {
    const options = {
      method: 'PUT',
      json: { title: 'The same id in two tenants', text: '' },
      headers: createOnly,
    };
    const url = `${stack.urls.originalApi}/documents/same-id`;
    expect((await call(url, { ...options, token: olga })).status).toBe(201);
    expect((await call(url, { ...options, token: alice })).status).toBe(201);
  });
});

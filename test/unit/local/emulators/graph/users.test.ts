import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type EntraEmulator, startEntra } from '../entra/entra-emulator.ts';

let entra: EntraEmulator;
beforeAll(async () => {
  entra = await startEntra();
});
afterAll(() => entra.close());
beforeEach(async () => {
  await entra.context.policies.reset();
  entra.context.recorder.clear();
});

const aliceId = 'a11ce000-0000-4000-8000-000000000001';
const olgaId = '019a0000-0000-4000-8000-000000000008';

interface Options {
  readonly user?: string;
  readonly method?: string;
  readonly query?: Record<string, string>;
}

/** Sends a request to Graph as alice, or as another user. */
async function callGraph(path: string, options: Options = {}): Promise<Response> {
  const { user = 'alice', method = 'GET', query = {} } = options;
  const { access_token: token } = await entra.token({
    user,
    client: 'original-api',
    scope: 'graph/User.ReadBasic.All',
  });
  const url = `${entra.context.origin}/graph/${path}?${new URLSearchParams(query)}`;
  return fetch(url, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      'client-request-id': '11111111-1111-4111-8111-111111111111',
    },
  });
}

/** Lists the display names of the users that a filter includes. */
async function listNames(filter: string, user = 'alice'): Promise<readonly string[]> {
  const response = await callGraph('v1.0/users', { user, query: { $filter: filter } });
  const { value } = (await response.json()) as { value: readonly { displayName: string }[] };
  return value.map(({ displayName }) => displayName);
}

describe('the list of users', () => {
  test('has the users of the tenant of the token only', async () => {
    const response = await callGraph('v1.0/users', { user: 'olga' });

    expect(await response.json()).toEqual({
      '@odata.context': 'https://graph.microsoft.com/v1.0/$metadata#users',
      value: [
        { id: olgaId, displayName: 'Olga Olsen', userPrincipalName: 'olga@fabrikam.example' },
      ],
    });
  });

  test.each([
    { filter: "startswith(displayName,'ali')", names: ['Alice Almeida'] },
    { filter: "startswith(displayName, 'Alice')", names: ['Alice Almeida'] },
    { filter: "startswith(displayName,'lice')", names: [] },
    { filter: "startswith(displayName,'o''neil')", names: [] },
    { filter: "startswith(userPrincipalName,'gina_')", names: ['Gina Guest'] },
    {
      filter: "startswith(displayName,'bob') or startswith(userPrincipalName,'carol@')",
      names: ['Bob Berg', 'Carol Chen'],
    },
    {
      filter: "startswith(displayName,'x'') or startswith(displayName,''a')",
      names: [],
    },
  ])('has the users that the filter $filter includes', async ({ filter, names }) => {
    expect(await listNames(filter)).toEqual(names);
  });

  test('has the selected properties', async () => {
    const query = { $filter: "startswith(displayName,'alice')", $select: 'id' };
    const response = await callGraph('v1.0/users', { query });

    expect(await response.json()).toMatchObject({ value: [{ id: aliceId }] });
  });

  test('has at most $top users', async () => {
    const response = await callGraph('v1.0/users', { query: { $top: '2' } });
    const { value } = (await response.json()) as { value: readonly unknown[] };

    expect(value).toHaveLength(2);
  });

  test.each([
    { name: 'an unbalanced quote', query: { $filter: "startswith(displayName,'o'neil')" } },
    { name: 'another function', query: { $filter: "endswith(displayName,'a')" } },
    { name: 'a property that cannot be searched', query: { $filter: "startswith(id,'a')" } },
    { name: 'an empty filter', query: { $filter: '' } },
    { name: 'an unknown property', query: { $select: 'id,mobilePhone' } },
    { name: 'no users', query: { $top: '0' } },
    { name: 'too many users', query: { $top: '1000' } },
    { name: 'an option that the emulator does not support', query: { $orderby: 'displayName' } },
  ])('is refused with 400 for $name', async ({ query }) => {
    const response = await callGraph('v1.0/users', { query });

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: 'BadRequest' } });
  });
});

describe('a user', () => {
  test.each([
    { name: 'the object id', id: aliceId },
    { name: 'the object id in upper case', id: aliceId.toUpperCase() },
    { name: 'the user principal name', id: 'alice@contoso.example' },
    { name: 'an encoded user principal name', id: 'alice%40contoso.example' },
  ])('is found by $name', async ({ id }) => {
    const response = await callGraph(`v1.0/users/${id}`, { query: { $select: 'id,displayName' } });

    expect(await response.json()).toEqual({
      '@odata.context': 'https://graph.microsoft.com/v1.0/$metadata#users/$entity',
      id: aliceId,
      displayName: 'Alice Almeida',
    });
  });

  test('of another tenant is not found', async () => {
    const response = await callGraph(`v1.0/users/${olgaId}`);

    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: { code: 'Request_ResourceNotFound' } });
  });

  test('is not found by an id with an invalid encoding', async () => {
    expect((await callGraph('v1.0/users/%zz')).status).toBe(400);
  });
});

test.each([
  { method: 'PATCH', path: `v1.0/users/${aliceId}`, status: 403 },
  { method: 'GET', path: 'v1.0/groups', status: 400 },
  { method: 'GET', path: 'beta/users', status: 400 },
])('$method $path returns $status', async ({ method, path, status }) => {
  expect((await callGraph(path, { method })).status).toBe(status);
});

test('a fault of graph replaces the response', async () => {
  await entra.context.policies.set('fault', 'graph=429:7');
  const response = await callGraph('v1.0/users');

  expect(response.status).toBe(429);
  expect(response.headers.get('retry-after')).toBe('7');
});

test('scripts of the Client App cannot call Graph', async () => {
  const { origin, clientAppOrigin } = entra.context;
  const response = await fetch(`${origin}/graph/v1.0/users`, {
    method: 'OPTIONS',
    headers: { origin: clientAppOrigin },
  });

  expect(response.status).toBe(403);
});

describe('records', () => {
  test('have the user and the correlation id', async () => {
    await callGraph(`v1.0/users/${olgaId}`, { user: 'olga' });

    expect(entra.context.recorder.since(0)).toMatchObject([
      {
        hop: 'graph',
        operation: 'GET users/{id}',
        status: 200,
        correlationId: '11111111-1111-4111-8111-111111111111',
        facts: { user: olgaId },
      },
    ]);
  });

  test('have the code of an error, but no name', async () => {
    await callGraph('v1.0/users/nobody@contoso.example');
    const records = entra.context.recorder.since(0);

    expect(records).toMatchObject([{ status: 404, facts: { error: 'Request_ResourceNotFound' } }]);
    expect(JSON.stringify(records)).not.toContain('nobody');
  });
});

import { describe, expect, test } from '@jest/globals';
import { listPeople } from '../../../original-api/list-people.ts';
import { createMicrosoftGraph } from '../../../original-api/microsoft-graph.ts';
import { readPerson } from '../../../original-api/read-person.ts';
import type { Call } from '../../../shared/http/call.ts';
import type { Downstream } from '../../../shared/http/downstream.ts';

const aliceId = 'a11ce000-0000-4000-8000-000000000001';
const correlationId = '11111111-1111-4111-8111-111111111111';
const alice = {
  id: aliceId,
  displayName: 'Alice Almeida',
  userPrincipalName: 'alice@contoso.example',
};
const aliceAsPerson = { id: aliceId, name: 'Alice Almeida', userName: 'alice@contoso.example' };

/** A request that Graph received. */
interface GraphRequest {
  readonly path: string;
  readonly options: unknown;
}

/** Creates a Graph that returns a body, and the requests that it receives. */
function createGraph(json: unknown) {
  const requests: GraphRequest[] = [];
  const graph = {
    get: async (_call: Call, path: string, options: unknown) => {
      requests.push({ path, options });
      return { status: 200, json };
    },
  } as unknown as Downstream;
  return { graph, requests };
}

/** Creates a call with a query and path parameters. */
function createCall(query: string, params: Record<string, string> = {}): Call {
  return {
    request: { query: new URLSearchParams(query), params },
    trace: { correlationId },
  } as unknown as Call;
}

const search = (text: string) => createCall(`search=${encodeURIComponent(text)}`);

describe('a search for people', () => {
  test('asks Graph for at most 20 users by name and user name', async () => {
    const { graph, requests } = createGraph({ value: [] });
    await listPeople(graph)(search('ali'));

    expect(requests).toEqual([
      {
        path: 'users',
        options: {
          query: {
            $filter: "startswith(displayName,'ali') or startswith(userPrincipalName,'ali')",
            $select: 'id,displayName,userPrincipalName',
            $top: '20',
          },
          headers: { 'client-request-id': correlationId },
        },
      },
    ]);
  });

  test.each([
    { name: 'a quote', text: "o'neil", literal: "'o''neil'" },
    { name: 'only quotes', text: "''", literal: "''''''" },
    {
      name: 'an attempt to end the literal',
      text: "x') or startswith(displayName,'a",
      literal: "'x'') or startswith(displayName,''a'",
    },
    { name: 'a backslash before a quote', text: "\\'", literal: "'\\'''" },
  ])('doubles the quotes of $name', async ({ text, literal }) => {
    const { graph, requests } = createGraph({ value: [] });
    await listPeople(graph)(search(text));

    expect(requests).toMatchObject([
      {
        options: {
          query: {
            $filter: [
              `startswith(displayName,${literal})`,
              `startswith(userPrincipalName,${literal})`,
            ].join(' or '),
          },
        },
      },
    ]);
  });

  test('returns id, name and user name, and nothing else of Graph', async () => {
    const { graph } = createGraph({ '@odata.context': 'x', value: [{ ...alice, mail: 'x' }] });

    expect(await listPeople(graph)(search('ali'))).toEqual({ json: { people: [aliceAsPerson] } });
  });

  test.each([
    { name: 'one character', text: 'a' },
    { name: '64 characters', text: 'a'.repeat(64) },
    { name: '64 characters beyond the BMP', text: '👩'.repeat(64) },
  ])('accepts $name', async ({ text }) => {
    const { graph } = createGraph({ value: [] });

    expect(await listPeople(graph)(search(text))).toEqual({ json: { people: [] } });
  });

  test.each([
    { name: 'no search', query: '' },
    { name: 'an empty search', query: 'search=' },
    { name: 'a search of 65 characters', query: `search=${'a'.repeat(65)}` },
    { name: 'two searches', query: 'search=a&search=b' },
  ])('rejects $name without a request to Graph', async ({ query }) => {
    const { graph, requests } = createGraph({ value: [] });

    await expect(listPeople(graph)(createCall(query))).rejects.toMatchObject({
      code: 'bad_request',
    });
    expect(requests).toEqual([]);
  });

  test.each([
    { name: 'no JSON', json: undefined },
    { name: 'null', json: null },
    { name: 'no list', json: { value: alice } },
    { name: 'a user without a name', json: { value: [{ id: aliceId, userPrincipalName: 'x' }] } },
    { name: 'a user whose id is a number', json: { value: [{ ...alice, id: 1 }] } },
  ])('fails with bad_gateway when Graph returns $name', async ({ json }) => {
    const { graph } = createGraph(json);

    await expect(listPeople(graph)(search('ali'))).rejects.toMatchObject({ code: 'bad_gateway' });
  });
});

describe('a person by id', () => {
  test('is read from Graph', async () => {
    const { graph, requests } = createGraph(alice);
    const result = await readPerson(graph)(createCall('', { id: aliceId.toUpperCase() }));

    expect(result).toEqual({ json: aliceAsPerson });
    expect(requests).toMatchObject([{ path: `users/${aliceId}` }]);
  });

  test('has the user name as the name if there is no display name', async () => {
    const { graph } = createGraph({ ...alice, displayName: null });
    const result = await readPerson(graph)(createCall('', { id: aliceId }));

    expect(result).toMatchObject({ json: { name: 'alice@contoso.example' } });
  });

  test.each(['', 'me', 'alice@contoso.example', `${aliceId}/manager`, `${aliceId}?$select=mail`])(
    'is not read for the id "%s"',
    async (id) => {
      const { graph, requests } = createGraph(alice);

      await expect(readPerson(graph)(createCall('', { id }))).rejects.toMatchObject({
        code: 'bad_request',
      });
      expect(requests).toEqual([]);
    },
  );

  test('fails with bad_gateway when Graph returns a list', async () => {
    const { graph } = createGraph({ value: [alice] });
    const result = readPerson(graph)(createCall('', { id: aliceId }));

    await expect(result).rejects.toMatchObject({ code: 'bad_gateway' });
  });
});

test.each([
  { endpoint: 'https://graph.microsoft.com', scope: 'https://graph.microsoft.com' },
  { endpoint: 'https://graph.microsoft.us/', scope: 'https://graph.microsoft.us' },
  { endpoint: 'http://localhost:7070/graph', scope: 'https://graph.microsoft.com' },
])('a token for $endpoint has a scope of $scope', async ({ endpoint, scope }) => {
  const exchanged: unknown[] = [];
  const onBehalfOf = {
    exchange: async (request: { scopes: unknown; audiences: unknown }) => {
      exchanged.push({ scopes: request.scopes, audiences: request.audiences });
      throw new Error('no token');
    },
  };
  const settings = { MICROSOFT_GRAPH_ENDPOINT: new URL(endpoint) };
  const graph = createMicrosoftGraph(settings, onBehalfOf as never);

  await expect(graph.get(createCall(''), 'users')).rejects.toThrow('no token');
  expect(exchanged).toEqual([{ scopes: [`${scope}/User.ReadBasic.All`], audiences: undefined }]);
});

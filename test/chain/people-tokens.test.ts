/** Which token Original API sends to Microsoft Graph, and how it reacts to Graph's challenges. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { encodeClaims } from '../../shared/http/challenge.ts';
import { type CallResponse, call } from '../support/call.ts';
import { type FakeDownstream, type Respond, startDownstream } from '../support/downstream.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { listTokenRequests } from './records.ts';

const graphAppId = '00000003-0000-0000-c000-000000000000';
const downstreamAppId = 'd0375100-0000-4000-8000-0000000000a3';

let graph: FakeDownstream;
let downstream: FakeDownstream;
let stack: Stack;
beforeAll(async () => {
  [graph, downstream] = await Promise.all([startDownstream(), startDownstream()]);
  stack = await startStack({
    set: { MICROSOFT_GRAPH_ENDPOINT: graph.url, DOWNSTREAM_API_URL: downstream.url },
  });
}, 120_000);
afterAll(() => Promise.all([stack?.stop(), graph?.close(), downstream?.close()]));
beforeEach(async () => {
  graph.received.splice(0);
  downstream.received.splice(0);
  await stack.clearRecords();
  graph.respondWith(respondNobody);
});

const respondNobody: Respond = (_, response) => response.end('{"value":[]}');

const searchPeople = (token: string): Promise<CallResponse> =>
  call(`${stack.urls.originalApi}/people?search=ali`, { token });

/** Returns the audience of each token that a server received. */
function listAudiences({ received }: FakeDownstream): readonly unknown[] {
  return received.map(({ headers }) => {
    const [, payload = ''] = (headers.authorization ?? '').split('.');
    return JSON.parse(Buffer.from(payload, 'base64url').toString()).aud;
  });
}

test('Graph receives only tokens for Graph, and Downstream API only its own', async () => {
  const token = await stack.token('alice');
  for (let turn = 0; turn < 2; turn += 1) {
    await searchPeople(token);
    await call(`${stack.urls.originalApi}/documents`, { token });
  }

  expect(listAudiences(graph)).toEqual([graphAppId, graphAppId]);
  expect(listAudiences(downstream)).toEqual([downstreamAppId, downstreamAppId]);
});

test('Graph receives no header of the incoming request', async () => {
  const headers = { 'accept-language': 'de', cookie: 'a=b', 'if-match': '"1"', 'x-custom': 'x' };
  const token = await stack.token('alice');
  await call(`${stack.urls.originalApi}/people?search=ali`, { token, headers });

  expect(graph.received).toHaveLength(1);
  for (const name of Object.keys(headers)) {
    expect(graph.received[0]?.headers).not.toHaveProperty(name);
  }
});

describe('continuous access evaluation', () => {
  const claims = { access_token: { nbf: { essential: true, value: '1795370000' } } };
  const challenge: Respond = (_, response) => {
    const header =
      'Bearer realm="", authorization_uri="https://login.example/authorize", ' +
      `client_id="${graphAppId}", error="insufficient_claims", claims="${encodeClaims(claims)}"`;
    response.writeHead(401, { 'www-authenticate': header }).end();
  };

  test('a challenge leads to one exchange and one more call', async () => {
    const token = await stack.token('alice');
    graph.respondWith((request, response) => {
      const respond = graph.received.length === 1 ? challenge : respondNobody;
      respond(request, response);
    });
    const response = await searchPeople(token);
    const [first, second] = graph.received.map(({ headers }) => headers.authorization);

    expect(response).toMatchObject({ status: 200, json: { people: [] } });
    expect(graph.received).toHaveLength(2);
    expect(second).not.toBe(first);
    expect(await listTokenRequests(stack)).toHaveLength(2);
  });

  test('a second challenge reaches the caller', async () => {
    graph.respondWith(challenge);
    const response = await searchPeople(await stack.token('alice'));

    expect(response).toMatchObject({ status: 401, json: { code: 'step_up_required', claims } });
    expect(graph.received).toHaveLength(2);
  });

  test('a 401 without a challenge is no fault of the caller', async () => {
    graph.respondWith((_, response) => response.writeHead(401).end());

    expect(await searchPeople(await stack.token('alice'))).toMatchObject({
      status: 502,
      json: { code: 'bad_gateway' },
    });
  });
});

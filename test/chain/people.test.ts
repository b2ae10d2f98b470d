import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type CallOptions, type CallResponse, call } from '../support/call.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { listTokenRequests } from './records.ts';
import { objectIdOf } from './tenant.ts';

const alice = {
  id: objectIdOf('alice'),
  name: 'Alice Almeida',
  userName: 'alice@contoso.example',
};
const graphScope = 'https://graph.microsoft.com/User.ReadBasic.All';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
}, 120_000);
afterAll(() => stack?.stop());
beforeEach(() => stack.clearRecords());
afterEach(() => stack.resetPolicies());

/** Calls Original API. A person's user name looks like an e-mail address. */
const callOriginal = (path: string, options: CallOptions): Promise<CallResponse> =>
  call(`${stack.urls.originalApi}/${path}`, { allowedLeaks: ['e-mail'], ...options });

function searchPeople(token: string, text = 'ali'): Promise<CallResponse> {
  return callOriginal(`people?${new URLSearchParams({ search: text })}`, { token });
}

async function listGraphStatuses(): Promise<readonly number[]> {
  const records = await stack.records();
  return records.filter(({ hop }) => hop === 'graph').map(({ status }) => status);
}

describe('a search', () => {
  test.each([
    { name: 'the start of a name', text: 'alice a' },
    { name: 'the start of a user name', text: 'ALICE@contoso' },
  ])('finds a person by $name', async ({ text }) => {
    const response = await searchPeople(await stack.token('bob'), text);

    expect(response).toMatchObject({ status: 200, json: { people: [alice] } });
  });

  test.each([
    { name: 'no one’s name', text: 'Zoe' },
    { name: 'a quote', text: "o'neil" },
    { name: 'an attempt to change the filter', text: "x') or startswith(displayName,'a" },
    { name: 'characters that a URL reserves', text: '&$top=1#+%27?/' },
    { name: 'characters beyond Latin-1', text: 'Ångström 山田 👩‍💻' },
    { name: 'the name of a person of another tenant', text: 'Olga' },
  ])('finds nobody by $name', async ({ text }) => {
    const response = await searchPeople(await stack.token('bob'), text);

    expect(response).toMatchObject({ status: 200, json: { people: [] } });
  });

  test.each([
    { name: 'no search', query: '' },
    { name: 'an empty search', query: '?search=' },
    { name: 'a search of 65 characters', query: `?search=${'a'.repeat(65)}` },
  ])('is rejected with 400 and without an exchange for $name', async ({ query }) => {
    const response = await callOriginal(`people${query}`, { token: await stack.token('bob') });

    expect(response).toMatchObject({ status: 400, json: { code: 'bad_request' } });
    expect(await listTokenRequests(stack)).toEqual([]);
  });

  test('repeated with the same token uses one exchange', async () => {
    const token = await stack.token('bob');
    await searchPeople(token);
    await searchPeople(token, 'bob');

    expect(await listTokenRequests(stack)).toHaveLength(1);
    expect(await listGraphStatuses()).toEqual([200, 200]);
  });

  test('is recorded at Graph with the correlation id of the response', async () => {
    const { headers } = await searchPeople(await stack.token('bob'));
    const records = await stack.records();

    expect(records.find(({ hop }) => hop === 'graph')?.correlationId).toBe(
      headers.get('x-correlation-id'),
    );
  });
});

describe('a person', () => {
  test.each([
    { name: 'the object id', id: alice.id },
    { name: 'the object id in upper case', id: alice.id.toUpperCase() },
  ])('is found by $name', async ({ id }) => {
    const response = await callOriginal(`people/${id}`, { token: await stack.token('bob') });

    expect(response).toMatchObject({ status: 200, json: alice });
  });

  test.each([
    { name: 'an unknown id', id: '11111111-1111-4111-8111-111111111111' },
    { name: 'the id of a person of another tenant', id: objectIdOf('olga') },
  ])('is not found by $name', async ({ id }) => {
    const response = await callOriginal(`people/${id}`, { token: await stack.token('bob') });

    expect(response).toMatchObject({ status: 404, json: { code: 'not_found' } });
  });

  test.each(['me', 'alice@contoso.example', `${alice.id}%3F$select=mail`])(
    'is not read by the id %s',
    async (id) => {
      const response = await callOriginal(`people/${id}`, { token: await stack.token('bob') });

      expect(response).toMatchObject({ status: 400, json: { code: 'bad_request' } });
      expect(await listGraphStatuses()).toEqual([]);
    },
  );
});

describe.each(['people?search=ali', `people/${alice.id}`])('GET %s', (path) => {
  test('needs a token', async () => {
    expect(await callOriginal(path, {})).toMatchObject({
      status: 401,
      json: { code: 'invalid_token' },
    });
  });

  test('needs the scope Profile.Read', async () => {
    const token = await stack.token('bob', { scope: 'Documents.Read,Profile.ReadWrite' });

    expect(await callOriginal(path, { token })).toMatchObject({
      status: 403,
      json: { code: 'insufficient_scope' },
    });
  });

  test('does not accept a token for Graph', async () => {
    const options = { client: 'original-api', scope: 'graph/User.ReadBasic.All' };
    const token = await stack.token('bob', options);

    expect(await callOriginal(path, { token })).toMatchObject({
      status: 401,
      json: { code: 'invalid_token' },
    });
  });
});

describe.each([
  { policy: 'graph-consent', value: 'withdrawn', status: 403, code: 'consent_required' },
  { policy: 'graph-consent', value: 'admin-required', status: 403, code: 'admin_consent_required' },
  { policy: 'consent', value: 'withdrawn', status: 403, code: 'consent_required' },
  { policy: 'admin-consent', value: 'required', status: 403, code: 'admin_consent_required' },
  { policy: 'block-location', value: 'on', status: 403, code: 'blocked' },
])('under the policy $policy=$value', ({ policy, value, status, code }) => {
  let token: string;
  let response: CallResponse;
  beforeEach(async () => {
    token = await stack.token('carol');
    await stack.policy(policy, value);
    response = await searchPeople(token);
  });

  test(`a search gets ${status} ${code}, and Graph gets no request`, async () => {
    expect(response).toMatchObject({ status, json: { code } });
    expect(await listGraphStatuses()).toEqual([]);
  });

  test('the response reveals no text of Entra and no name', () => {
    expect(response.text).not.toMatch(/AADSTS|Trace ID|carol|contoso/);
  });

  test('the same token finds people after the policy is reset', async () => {
    await stack.resetPolicies();

    expect(await searchPeople(token)).toMatchObject({ status: 200, json: { people: [alice] } });
  });
});

describe('without consent for Graph', () => {
  beforeEach(() => stack.policy('graph-consent', 'withdrawn'));

  test('the challenge names the missing scope', async () => {
    const { headers } = await searchPeople(await stack.token('carol'));

    expect(headers.get('www-authenticate')).toContain(`scopes="${graphScope}"`);
  });

  test('documents are available', async () => {
    const response = await callOriginal('documents', { token: await stack.token('carol') });

    expect(response.status).toBe(200);
  });
});

test('the policy mfa is for Downstream API and does not affect a search', async () => {
  await stack.policy('mfa', 'on');

  expect((await searchPeople(await stack.token('carol'))).status).toBe(200);
});

test('a challenge of Graph leads to one exchange, and the refusal reaches the caller', async () => {
  const token = await stack.token('carol');
  await searchPeople(token);
  await stack.clearRecords();
  await stack.policy('revoke-sessions', 'now');
  const response = await searchPeople(token);

  expect(response).toMatchObject({ status: 401, json: { code: 'sign_in_again' } });
  expect(await listGraphStatuses()).toEqual([401]);
  expect((await listTokenRequests(stack)).map(({ status }) => status)).toEqual([400]);
});

test.each([
  { fault: 'graph=429:7', status: 503, code: 'unavailable', retryAfter: '7' },
  { fault: 'graph=503:3', status: 503, code: 'unavailable', retryAfter: '3' },
  { fault: 'graph=500', status: 502, code: 'bad_gateway', retryAfter: null },
  { fault: 'graph=garbage', status: 502, code: 'bad_gateway', retryAfter: null },
  { fault: 'graph=cut', status: 502, code: 'bad_gateway', retryAfter: null },
  {
    fault: 'graph=redirect:https://graph.example/',
    status: 502,
    code: 'bad_gateway',
    retryAfter: null,
  },
])('the fault $fault gives $status $code', async ({ fault, status, code, retryAfter }) => {
  await stack.policy('fault', fault);
  const response = await searchPeople(await stack.token('carol'));

  expect(response).toMatchObject({ status, json: { code } });
  expect(response.headers.get('retry-after')).toBe(retryAfter);
});

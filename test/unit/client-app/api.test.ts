import { expect, test } from '@jest/globals';
import * as v from 'valibot';
import { type ApiRequest, createApi } from '../../../client-app/api.ts';
import { ProblemError } from '../../../client-app/auth/problem.ts';
import type { Code } from '../../../client-app/auth/problem-words.ts';
import type { TokenRenewal } from '../../../client-app/auth/sign-in.ts';

const schema = v.object({ title: v.string() });
const readRequest: ApiRequest = {
  method: 'GET',
  path: 'documents/1',
  scope: 'Documents.Read',
};
const writeRequest: ApiRequest = {
  method: 'PUT',
  path: 'documents/1',
  scope: 'Documents.ReadWrite',
  body: { title: 'T' },
};

interface SentRequest {
  readonly url: string;
  readonly init: RequestInit;
  readonly headers: Headers;
}

interface TokenRequest {
  readonly scope: string;
  readonly correlationId: string;
  readonly renewal: TokenRenewal | undefined;
}

/**
 * An API client whose requests get the given responses, one after another. Its first token is
 * `first`, and a renewed one is `renewed`.
 */
function createTestApi(
  responses: readonly (Response | Error)[],
  renew: () => string = () => 'renewed',
) {
  const sent: SentRequest[] = [];
  const tokenRequests: TokenRequest[] = [];
  const remaining = [...responses];
  const api = createApi({
    baseUrl: 'http://localhost:1/api',
    acquireToken: async (scope, correlationId, renewal) => {
      tokenRequests.push({ scope, correlationId, renewal });
      return renewal ? renew() : 'first';
    },
    fetch: async (url, init = {}) => {
      sent.push({ url: String(url), init, headers: new Headers(init.headers) });
      const response = remaining.shift();
      if (response === undefined) return new Response(null, { status: 500 });
      if (response instanceof Response) return response;
      throw response;
    },
  });
  return { api, sent, tokenRequests };
}

const success = () => Response.json({ title: 'T' }, { headers: { etag: 'W/"1"' } });
const problem = (code: string, status: number) => Response.json({ code }, { status });
const stepUp = () =>
  Response.json({ code: 'step_up_required', claims: { access_token: { a: 1 } } }, { status: 401 });

const authorizations = (sent: readonly SentRequest[]) =>
  sent.map(({ headers }) => headers.get('authorization'));

test('returns the value and the ETag', async () => {
  const { api } = createTestApi([success()]);
  expect(await api.call(readRequest, schema)).toEqual({ value: { title: 'T' }, etag: 'W/"1"' });
});

test('requests the URL below the base URL', async () => {
  const { api, sent } = createTestApi([success()]);
  await api.call(readRequest, schema);
  expect(sent[0]?.url).toBe('http://localhost:1/api/documents/1');
});

test('sends a token for the scope of the request in the Authorization header', async () => {
  const { api, sent, tokenRequests } = createTestApi([success()]);
  await api.call(readRequest, schema);
  expect(tokenRequests.map(({ scope }) => scope)).toEqual(['Documents.Read']);
  expect(authorizations(sent)).toEqual(['Bearer first']);
});

test('sends no cookies, follows no redirect and uses no HTTP cache', async () => {
  const { api, sent } = createTestApi([success()]);
  await api.call(readRequest, schema);
  expect(sent[0]?.init).toMatchObject({
    credentials: 'omit',
    redirect: 'error',
    cache: 'no-store',
  });
});

test('starts a new trace with every call', async () => {
  const { api, sent } = createTestApi([success(), success()]);
  await api.call(readRequest, schema);
  await api.call(readRequest, schema);
  const [first, second] = sent.map(({ headers }) => headers.get('traceparent'));
  expect(first).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  expect(second).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  expect(second).not.toBe(first);
});

test('sends the body as JSON', async () => {
  const { api, sent } = createTestApi([success()]);
  await api.call({ ...writeRequest, basedOn: 'W/"1"' }, schema);
  expect(sent[0]?.headers.get('content-type')).toBe('application/json');
  expect(sent[0]?.init.body).toBe('{"title":"T"}');
});

test('sends If-Match to change a version', async () => {
  const { api, sent } = createTestApi([success()]);
  await api.call({ ...writeRequest, basedOn: 'W/"1"' }, schema);
  expect(sent[0]?.headers.get('if-match')).toBe('W/"1"');
  expect(sent[0]?.headers.get('if-none-match')).toBeNull();
});

test('sends If-None-Match to create a resource', async () => {
  const { api, sent } = createTestApi([success()]);
  await api.call({ ...writeRequest, basedOn: 'none' }, schema);
  expect(sent[0]?.headers.get('if-match')).toBeNull();
  expect(sent[0]?.headers.get('if-none-match')).toBe('*');
});

test('returns no value for a 204 response', async () => {
  const { api } = createTestApi([new Response(null, { status: 204 })]);
  const deleteRequest: ApiRequest = {
    method: 'DELETE',
    path: 'documents/1',
    scope: 'Documents.ReadWrite',
    basedOn: 'W/"1"',
  };
  expect(await api.call(deleteRequest, v.undefined())).toEqual({
    value: undefined,
    etag: undefined,
  });
});

test('throws the problem of an error response', async () => {
  const { api } = createTestApi([
    Response.json({ code: 'blocked', correlationId: 'c' }, { status: 403 }),
  ]);
  await expect(api.call(readRequest, schema)).rejects.toMatchObject({
    name: 'ProblemError',
    problem: { code: 'blocked', status: 403, correlationId: 'c' },
  });
});

test.each([{ body: '' }, { body: '<html>' }, { body: '{"title":5}' }, { body: '[]' }])(
  'throws bad_gateway for a 200 response with the body "$body"',
  async ({ body }) => {
    const { api } = createTestApi([new Response(body)]);
    await expect(api.call(readRequest, schema)).rejects.toMatchObject({
      problem: { code: 'bad_gateway' },
    });
  },
);

test.each([
  { name: 'a network error', error: new TypeError('Failed to fetch'), code: 'unreachable' },
  { name: 'a timeout', error: new DOMException('late', 'TimeoutError'), code: 'timeout' },
])('throws $code for $name', async ({ error, code }) => {
  const { api } = createTestApi([error]);
  await expect(api.call(readRequest, schema)).rejects.toMatchObject({
    problem: { code, status: 0 },
  });
});

test('retries once with a new token for the claims of a challenge', async () => {
  const { api, sent, tokenRequests } = createTestApi([stepUp(), success()]);
  const { value } = await api.call(readRequest, schema);
  expect(value).toEqual({ title: 'T' });
  expect(authorizations(sent)).toEqual(['Bearer first', 'Bearer renewed']);
  expect(tokenRequests[1]?.renewal).toEqual({ claims: '{"access_token":{"a":1}}' });
});

test('requests the new token with the correlation id of the failed request', async () => {
  const { api, tokenRequests } = createTestApi([stepUp(), success()]);
  await api.call(readRequest, schema);
  const [first, second] = tokenRequests;
  expect(tokenRequests.length).toBe(2);
  expect(second?.correlationId).toBe(first?.correlationId);
});

test('throws the challenge when the API also challenges the new token', async () => {
  const { api, sent } = createTestApi([stepUp(), stepUp(), success()]);
  await expect(api.call(readRequest, schema)).rejects.toMatchObject({
    problem: { code: 'step_up_required', claims: '{"access_token":{"a":1}}' },
  });
  expect(sent.length).toBe(2);
});

test.each<{ entraCode: Code; thrownCode: Code; whose: string }>([
  { entraCode: 'step_up_required', thrownCode: 'step_up_required', whose: 'the API' },
  { entraCode: 'sign_in_again', thrownCode: 'step_up_required', whose: 'the API' },
  { entraCode: 'blocked', thrownCode: 'blocked', whose: 'Entra' },
  { entraCode: 'unavailable', thrownCode: 'unavailable', whose: 'Entra' },
])(
  'throws the problem of $whose when Entra refuses the new token as $entraCode',
  async ({ entraCode, thrownCode }) => {
    const { api, sent } = createTestApi([stepUp()], () => {
      throw new ProblemError({ code: entraCode, status: 0, correlationId: 'e' });
    });
    await expect(api.call(readRequest, schema)).rejects.toMatchObject({
      problem: { code: thrownCode },
    });
    expect(sent.length).toBe(1);
  },
);

test.each([
  { code: 'blocked' },
  { code: 'account_disabled' },
  { code: 'not_assigned' },
  { code: 'consent_required' },
  { code: 'forbidden' },
  { code: 'unavailable' },
])('requests no new token for $code', async ({ code }) => {
  const { api, tokenRequests } = createTestApi([problem(code, 403)]);
  await expect(api.call(readRequest, schema)).rejects.toMatchObject({ problem: { code } });
  expect(tokenRequests.filter(({ renewal }) => renewal)).toEqual([]);
});

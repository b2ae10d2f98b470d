import { expect, test } from '@jest/globals';
import * as v from 'valibot';
import type { ApiRequest } from '../../../client-app/api.ts';
import { authorizations, createTestApi, readRequest, schema, success } from './create-test-api.ts';

const writeRequest: ApiRequest = {
  method: 'PUT',
  path: 'documents/1',
  scope: 'Documents.ReadWrite',
  body: { title: 'T' },
};

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

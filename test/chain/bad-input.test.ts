import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { call } from '../support/call.ts';
import { rawRequest, sendRaw } from '../support/raw-http.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { type Apis, apiNames, openApis } from './apis.ts';

const body = { title: 'A title', text: 'A text' };

let stack: Stack;
let apis: Apis;
beforeAll(async () => {
  stack = await startStack();
  apis = await openApis(stack);
}, 120_000);
afterAll(() => stack?.stop());

describe.each(apiNames)('routes of %s', (apiName) => {
  test.each([
    { method: 'GET', path: 'nothing/here' },
    { method: 'POST', path: 'documents' },
    { method: 'PATCH', path: 'documents/x' },
    { method: 'DELETE', path: 'documents' },
    { method: 'POST', path: 'profiles/me' },
  ])('$method $path returns 404, with or without a token', async ({ method, path }) => {
    const { url, token } = apis[apiName];
    expect(await call(url(path), { method, token })).toMatchObject({
      status: 404,
      json: { code: 'not_found' },
    });
    expect((await call(url(path), { method })).status).toBe(404);
  });

  test('HEAD documents returns 404', async () => {
    const { url, token } = apis[apiName];
    expect((await call(url('documents'), { method: 'HEAD', token })).status).toBe(404);
  });

  test('health returns only its status', async () => {
    const response = await call(apis[apiName].url('health'));
    expect(response.status).toBe(200);
    expect(response.text).toBe('{"status":"ok"}');
  });

  test.each([
    { name: 'a 401', path: 'documents', signedIn: false },
    { name: 'a 200', path: 'documents', signedIn: true },
    { name: 'a 404', path: 'nothing', signedIn: false },
  ])('$name has the headers against caching and content sniffing', async ({ path, signedIn }) => {
    const { url, token } = apis[apiName];
    const { headers } = await call(url(path), signedIn ? { token } : {});
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });
});

describe.each(apiNames)('ids at %s', (apiName) => {
  test.each(['a b', 'x'.repeat(65), 'a%2Fb', '..%2fcaller', "o'brien", '%252e%252e'])(
    'returns 400 for the invalid id %s',
    async (id) => {
      expect((await apis[apiName].get(`documents/${id}`)).json).toMatchObject({
        status: 400,
        code: 'bad_request',
      });
    },
  );

  test.each(['a.b', 'a..b', '...', '.a', 'a.', '-_.', 'x.'.repeat(32)])(
    'creates, lists, pages, reads and deletes a document with the id %s',
    async (id) => {
      const api = apis[apiName];
      const created = await api.put(`documents/${id}`, body);
      expect(created).toMatchObject({ status: 201, json: { id } });

      const list = await api.get('documents?limit=100');
      expect(list.json.documents.map((item: { id: string }) => item.id)).toContain(id);
      expect((await api.get(`documents?continuation=${id}`)).status).toBe(200);

      const read = await api.get(`documents/${id.replaceAll('.', '%2E')}`);
      expect(read.json).toMatchObject({ id, text: 'A text' });

      const ifMatch = { 'if-match': created.headers.get('etag') as string };
      expect((await api.delete(`documents/${id}`, ifMatch)).status).toBe(204);
    },
  );

  const bodyText = JSON.stringify(body);
  const bodyHeaders = ['Content-Type: application/json', `Content-Length: ${bodyText.length}`];
  function sendToPath(id: string, method: string, headers: readonly string[] = [], sent = '') {
    const { url, token } = apis[apiName];
    const { port, pathname } = new URL(url(''));
    const allHeaders = [`Authorization: Bearer ${token}`, ...headers];
    const request = rawRequest(`${method} ${pathname}documents/${id}`, allHeaders, sent);
    return sendRaw(Number(port), request);
  }

  describe.each(['.', '..', '%2e', '%2E%2e', './', '%2e%2e/'])('the path segment %s', (id) => {
    test.each([
      { name: 'creates', method: 'PUT', headers: ['If-None-Match: *', ...bodyHeaders], bodyText },
      { name: 'updates', method: 'PUT', headers: ['If-Match: "x"', ...bodyHeaders], bodyText },
      { name: 'deletes', method: 'DELETE', headers: ['If-Match: "x"'], bodyText: '' },
    ])('$name no document', async ({ method, headers, bodyText: sent }) => {
      expect((await sendToPath(id, method, headers, sent)).status).toBe(404);
    });

    test('reads no document', async () => {
      expect((await sendToPath(id, 'GET')).body).not.toContain('"text"');
    });
  });

  test.each(['__proto__', 'constructor'])('returns 404 for the unused id %s', async (id) => {
    expect((await apis[apiName].get(`documents/${id}`)).status).toBe(404);
  });

  test.each(['alice', '1', 'c0705000-0000-4000-8000-00000000c00'])(
    'returns 400 for the user id %s, which is not a GUID',
    async (id) => {
      expect((await apis[apiName].get(`profiles/${id}`)).status).toBe(400);
    },
  );

  test.each([
    'limit=0',
    'limit=101',
    'limit=1000000000',
    'limit=-1',
    'limit=NaN',
    'limit=1e1',
    'limit=5&limit=6',
    'continuation=a%20b',
    `continuation=${'x'.repeat(65)}`,
  ])('returns 400 for the page parameters %s', async (query) => {
    expect((await apis[apiName].get(`documents?${query}`)).json).toMatchObject({
      status: 400,
      code: 'bad_request',
    });
  });
});

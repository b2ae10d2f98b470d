import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { call } from '../support/call.ts';
import { rawRequest, sendRaw } from '../support/raw-http.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { type Apis, apiNames, createOnly, openApis } from './apis.ts';

const body = { title: 'A title', text: 'A text' };
const jsonType = { 'content-type': 'application/json' };
const maxBodyBytes = 1024 * 1024;
/** A property of a table row holds 64 KiB of UTF-16. */
const maxTextLength = 32 * 1024;

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
  ])('$name forbids storing and content sniffing', async ({ path, signedIn }) => {
    const { url, token } = apis[apiName];
    const { headers } = await call(url(path), signedIn ? { token } : {});
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });
});

describe.each(apiNames)('bodies at %s', (apiName) => {
  test.each([
    { name: 'broken JSON', status: 400, code: 'bad_request', headers: jsonType, sent: '{"title":' },
    {
      name: 'bytes that are not UTF-8',
      status: 400,
      code: 'bad_request',
      headers: jsonType,
      sent: Buffer.from([0x22, 0xff, 0x22]),
    },
    { name: 'an empty body', status: 400, code: 'bad_request', headers: jsonType, sent: '' },
    {
      name: 'another content type',
      status: 415,
      code: 'unsupported_media_type',
      headers: { 'content-type': 'text/plain' },
      sent: '{}',
    },
    {
      name: 'another charset',
      status: 415,
      code: 'unsupported_media_type',
      headers: { 'content-type': 'application/json; charset=utf-16' },
      sent: '{}',
    },
    {
      name: 'a compressed body',
      status: 415,
      code: 'unsupported_media_type',
      headers: { ...jsonType, 'content-encoding': 'gzip' },
      sent: '{}',
    },
    {
      name: 'a body over 1 MiB',
      status: 413,
      code: 'too_large',
      headers: jsonType,
      sent: JSON.stringify({ title: 'x', text: 'y'.repeat(maxBodyBytes) }),
    },
  ])('returns $status $code for $name', async ({ status, code, headers, sent }) => {
    const { url, token } = apis[apiName];
    const response = await call(url('documents/some-id'), {
      token,
      method: 'PUT',
      headers: { ...createOnly, ...headers },
      body: sent,
    });
    expect(response).toMatchObject({ status, json: { code, correlationId: expect.any(String) } });
  });

  test('returns 411 for a chunked body', async () => {
    const { url, token } = apis[apiName];
    const { port, pathname } = new URL(url('documents/some-id'));
    const headers = [
      `Authorization: Bearer ${token}`,
      'Content-Type: application/json',
      'If-None-Match: *',
      'Transfer-Encoding: chunked',
    ];
    const request = rawRequest(`PUT ${pathname}`, headers, '2\r\n{}\r\n0\r\n\r\n');
    const response = await sendRaw(Number(port), request);
    expect(response.status).toBe(411);
    expect(JSON.parse(response.body).code).toBe('length_required');
  });

  test.each([
    {
      name: 'unknown properties',
      json: { ...body, owner: 'x', tid: 'y', roles: [] },
      detail:
        "'owner' is not a property that can be sent; 'tid' is not a property that can be sent; 'roles' is not a property that can be sent.",
    },
    { name: 'a missing title', json: { text: 'x' }, detail: "'title' is missing." },
    {
      name: 'a blank title',
      json: { title: ' ', text: 'x' },
      detail: "'title' must not be blank.",
    },
    {
      name: 'a number as the text',
      json: { title: 'x', text: 7 },
      detail: "'text' must be a text.",
    },
    {
      name: 'names as readers',
      json: { ...body, readers: ['bob'] },
      detail: "'readers' must be an object id, a GUID.",
    },
    { name: 'a list', json: [], detail: 'The body must be a JSON object.' },
    { name: 'a string', json: 'x', detail: 'The body must be a JSON object.' },
    { name: 'null', json: null, detail: 'The body must be a JSON object.' },
  ])('returns 400 with the reason for $name', async ({ json, detail }) => {
    expect((await apis[apiName].put('documents/some-id', json)).json).toMatchObject({
      status: 400,
      code: 'bad_request',
      detail,
    });
  });

  test('returns 413 with the limit for a text that does not fit into a row', async () => {
    const tooLong = { title: 'x', text: 'y'.repeat(maxTextLength + 1) };
    expect(await apis[apiName].put('documents/long', tooLong)).toMatchObject({
      status: 413,
      json: { code: 'too_large', detail: expect.stringContaining('64 KiB') },
    });
  });

  test('accepts the longest text that fits into a row', async () => {
    const id = apiName === 'Original API' ? 'longest-original' : 'longest-downstream';
    const longest = { title: 'x', text: 'y'.repeat(maxTextLength) };
    expect((await apis[apiName].put(`documents/${id}`, longest)).status).toBe(201);
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

  test.each(['__proto__', 'constructor'])('returns 404 for the free id %s', async (id) => {
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

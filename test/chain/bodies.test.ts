import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { call } from '../support/call.ts';
import { rawRequest, sendRaw } from '../support/raw-http.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { type Apis, apiNames, createOnly, openApis } from './apis.ts';

const body = { title: 'A title', text: 'A text' };
const jsonType = { 'content-type': 'application/json' };
const maxBodyBytes = 1024 * 1024;
/** A property of a table row has at most 64 KiB of UTF-16. */
const maxTextLength = 32 * 1024;

let stack: Stack;
let apis: Apis;
beforeAll(async () => {
  stack = await startStack();
  apis = await openApis(stack);
}, 120_000);
afterAll(() => stack?.stop());

describe.each(apiNames)('%s', (apiName) => {
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
      detail: [
        "Unknown property 'owner'. ",
        "Unknown property 'tid'. ",
        "Unknown property 'roles'.",
      ].join(''),
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
      detail: "'text' must be a string.",
    },
    {
      name: 'names as readers',
      json: { ...body, readers: ['bob'] },
      detail: "'readers' must contain object ids (GUIDs) only.",
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

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Stack, startStack } from '../support/stack.ts';
import { type Api, type Apis, apiNames, createOnly, openApis } from './apis.ts';

const body = { title: 'A title', text: 'A text' };
const profile = { displayName: 'A' };

let stack: Stack;
let apis: Apis;
beforeAll(async () => {
  stack = await startStack();
  apis = await openApis(stack);
}, 120_000);
afterAll(() => stack?.stop());

const newPath = () => `documents/${randomUUID()}`;

async function createDocument(api: Api): Promise<{ path: string; etag: string }> {
  const path = newPath();
  const created = await api.put(path, body);
  return { path, etag: created.headers.get('etag') as string };
}

describe.each(apiNames)('%s', (apiName) => {
  test('returns 428 for a PUT without a precondition', async () => {
    expect((await apis[apiName].put(newPath(), body, {})).json).toMatchObject({
      status: 428,
      code: 'precondition_required',
    });
  });

  test('returns 428 for If-Match: *, which names no version', async () => {
    expect((await apis[apiName].put(newPath(), body, { 'if-match': '*' })).status).toBe(428);
  });

  test('creates a document with If-None-Match: *', async () => {
    expect(await apis[apiName].put(newPath(), body, createOnly)).toMatchObject({
      status: 201,
      json: { title: 'A title', readers: [], writers: [] },
    });
  });

  test('returns 412 for If-None-Match: * when the document exists', async () => {
    const { path } = await createDocument(apis[apiName]);
    expect((await apis[apiName].put(path, body, createOnly)).json).toMatchObject({
      status: 412,
      code: 'conflict',
    });
  });

  test.each([
    { name: 'one stale ETag', ifMatch: '"stale"' },
    { name: 'a list of stale ETags', ifMatch: '"stale", W/"other, older"' },
  ])('returns 412 for $name', async ({ ifMatch }) => {
    const { path } = await createDocument(apis[apiName]);
    expect((await apis[apiName].put(path, body, { 'if-match': ifMatch })).json).toMatchObject({
      status: 412,
      code: 'conflict',
    });
  });

  test('returns 400 for If-Match and If-None-Match together', async () => {
    const { path, etag } = await createDocument(apis[apiName]);
    const both = { 'if-match': etag, ...createOnly };
    expect((await apis[apiName].put(path, body, both)).status).toBe(400);
  });

  test('updates a document when any ETag of a list matches', async () => {
    const { path, etag } = await createDocument(apis[apiName]);
    const amongOthers = { 'if-match': `"stale, or not", ${etag},"x"` };
    const updated = await apis[apiName].put(path, body, amongOthers);
    expect(updated.status).toBe(200);

    const newEtag = updated.headers.get('etag') as string;
    const first = { 'if-match': `${newEtag}, ${etag}` };
    expect((await apis[apiName].put(path, body, first)).status).toBe(200);
  });

  test('returns 428 for a DELETE without a precondition', async () => {
    const { path } = await createDocument(apis[apiName]);
    expect((await apis[apiName].delete(path)).status).toBe(428);
  });

  test('returns 428 for a profile without a precondition', async () => {
    expect((await apis[apiName].put('profiles/me', profile, {})).status).toBe(428);
  });

  test('returns 412 for a profile with a stale ETag', async () => {
    const stale = { 'if-match': '"stale"' };
    expect((await apis[apiName].put('profiles/me', profile, stale)).status).toBe(412);
  });
});

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createDocuments } from '../../../downstream-api/store/documents.ts';
import { createProfiles } from '../../../downstream-api/store/profiles.ts';
import { createTables } from '../../../downstream-api/store/tables.ts';

/** A table service of the test's own, for what Azurite would never answer. */
let server: Server;
let answer: unknown;
let open: ReturnType<typeof createTables>;
beforeAll(async () => {
  server = createServer((_, response) =>
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer)),
  );
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const endpoint = new URL(`http://localhost:${(server.address() as AddressInfo).port}/account`);
  open = createTables(endpoint, {
    getToken: async () => ({ token: 'identity', expiresOnTimestamp: Date.now() + 3_600_000 }),
  });
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const signal = new AbortController().signal;
const row = {
  'odata.etag': 'W/"1"',
  PartitionKey: 'p',
  RowKey: 'id',
  modified: '2026-11-22T20:00:00.000Z',
};
const document = {
  ...row,
  title: 'A title',
  text: '',
  owner: 'o',
  readers: '[]',
  writers: '["w"]',
};
const profile = { ...row, displayName: 'A name', jobTitle: '', phone: '' };
const nonsense = { code: 'unavailable', options: { logContext: { check: 'store' } } };

const documents: [string, unknown, boolean?][] = [
  ['a document', document, true],
  ['an empty object', {}],
  ['a list', []],
  ['a document without an ETag', { ...document, 'odata.etag': undefined }],
  ['readers that are no JSON', { ...document, readers: '[oops' }],
  ['readers that are null', { ...document, readers: 'null' }],
  ['readers that are an object', { ...document, readers: '{}' }],
  ['readers that are numbers', { ...document, readers: '[1]' }],
  ['no writers', { ...document, writers: undefined }],
  ['an owner that is a number', { ...document, owner: 5 }],
  ['no title', { ...document, title: undefined }],
];
test.each(documents)('the store answers %s', async (_name, said, good = false) => {
  answer = said;
  const read = createDocuments(open).read('tenant', 'id', signal);
  if (good)
    expect((await read)?.value).toMatchObject({ id: 'id', title: 'A title', writers: ['w'] });
  else await expect(read).rejects.toMatchObject(nonsense);
});

const profiles: [string, unknown, boolean?][] = [
  ['a profile', profile, true],
  ['an empty object', {}],
  ['a profile without an ETag', { ...profile, 'odata.etag': undefined }],
  ['a name that is a list', { ...profile, displayName: ['A'] }],
];
test.each(profiles)(
  'asked for a profile, the store answers %s',
  async (_name, said, good = false) => {
    answer = said;
    const read = createProfiles(open).read('tenant', 'user', signal);
    if (good) expect((await read)?.value).toMatchObject({ userId: 'user', displayName: 'A name' });
    else await expect(read).rejects.toMatchObject(nonsense);
  },
);

test('a list of rows that are none of ours is no list', async () => {
  const list = () => createDocuments(open).list('tenant', 'user', { limit: 5, after: '' }, signal);
  for (const rows of [[{ RowKey: 5 }], [{}]]) {
    answer = { value: rows };
    await expect(list()).rejects.toMatchObject(nonsense);
  }
  answer = { value: [] };
  expect((await list()).documents).toEqual([]);
});

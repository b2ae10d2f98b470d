import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createDocuments } from '../../../downstream-api/store/documents.ts';
import { createProfiles } from '../../../downstream-api/store/profiles.ts';
import { createTables } from '../../../downstream-api/store/tables.ts';

const servers = new Set<Server>();

afterEach(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  servers.clear();
});

/** Starts a table service that returns this JSON for every request. */
async function openTables(json: unknown) {
  const server = createServer((_, response) =>
    response.setHeader('content-type', 'application/json').end(JSON.stringify(json)),
  );
  servers.add(server);
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const endpoint = new URL(`http://localhost:${(server.address() as AddressInfo).port}/account`);
  const identity = {
    getToken: async () => ({ token: 'identity', expiresOnTimestamp: Date.now() + 3_600_000 }),
  };
  return createTables(endpoint, identity);
}

const signal = () => new AbortController().signal;

const row = {
  'odata.etag': 'W/"1"',
  PartitionKey: 'p',
  RowKey: 'id',
  modified: '2026-11-22T20:00:00.000Z',
};
const documentRow = {
  ...row,
  title: 'A title',
  text: '',
  owner: 'o',
  readers: '[]',
  writers: '["w"]',
};
const profileRow = { ...row, displayName: 'A name', jobTitle: '', phone: '' };

const malformed = { code: 'unavailable', options: { logContext: { check: 'store' } } };

describe('a document', () => {
  const read = async (json: unknown) =>
    createDocuments(await openTables(json)).read('tenant', 'id', signal());

  test('is read from its row', async () => {
    const stored = await read(documentRow);
    expect(stored?.value).toMatchObject({ id: 'id', title: 'A title', writers: ['w'] });
  });

  const malformedRows = [
    { name: 'an empty object', json: {} },
    { name: 'a list', json: [] },
    { name: 'no ETag', json: { ...documentRow, 'odata.etag': undefined } },
    { name: 'readers that are not JSON', json: { ...documentRow, readers: '[oops' } },
    { name: 'readers that are null', json: { ...documentRow, readers: 'null' } },
    { name: 'readers that are an object', json: { ...documentRow, readers: '{}' } },
    { name: 'readers that are numbers', json: { ...documentRow, readers: '[1]' } },
    { name: 'no writers', json: { ...documentRow, writers: undefined } },
    { name: 'an owner that is a number', json: { ...documentRow, owner: 5 } },
    { name: 'no title', json: { ...documentRow, title: undefined } },
  ];

  test.each(malformedRows)('is unavailable if its row has $name', async ({ json }) => {
    await expect(read(json)).rejects.toMatchObject(malformed);
  });
});

describe('a profile', () => {
  const read = async (json: unknown) =>
    createProfiles(await openTables(json)).read('tenant', 'user', signal());

  test('is read from its row', async () => {
    const stored = await read(profileRow);
    expect(stored?.value).toMatchObject({ userId: 'user', displayName: 'A name' });
  });

  const malformedRows = [
    { name: 'an empty object', json: {} },
    { name: 'no ETag', json: { ...profileRow, 'odata.etag': undefined } },
    { name: 'a name that is a list', json: { ...profileRow, displayName: ['A'] } },
  ];

  test.each(malformedRows)('is unavailable if its row has $name', async ({ json }) => {
    await expect(read(json)).rejects.toMatchObject(malformed);
  });
});

describe('the list of documents', () => {
  const list = async (json: unknown) =>
    createDocuments(await openTables(json)).list(
      'tenant',
      'user',
      { limit: 5, after: '' },
      signal(),
    );

  test('is empty if the store has no rows', async () => {
    expect((await list({ value: [] })).documents).toEqual([]);
  });

  const malformedLists = [
    { name: 'no list', json: {} },
    { name: 'a row without a key', json: { value: [{}] } },
    { name: 'a row whose key is a number', json: { value: [{ RowKey: 5 }] } },
  ];

  test.each(malformedLists)('is unavailable if the store returns $name', async ({ json }) => {
    await expect(list(json)).rejects.toMatchObject(malformed);
  });
});

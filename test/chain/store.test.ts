/** The store of Downstream API against Azurite. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createDocuments } from '../../downstream-api/store/documents.ts';
import type { OpenTable } from '../../downstream-api/store/tables.ts';
import {
  makeDocument,
  newSignal,
  type StoreEmulators,
  startStoreEmulators,
  tenantId,
} from './store-emulators.ts';

const otherTenantId = 'fab21ca0-0000-4000-8000-00000000fab1';

let emulators: StoreEmulators;
let openTable: OpenTable;
beforeAll(async () => {
  emulators = await startStoreEmulators();
  openTable = emulators.openTable;
}, 60_000);
afterAll(() => emulators?.close());

async function readDocument(id: string, tenant = tenantId) {
  return createDocuments(openTable).read(tenant, id, newSignal());
}

async function listIds(reader: string, now = Date.now): Promise<readonly string[]> {
  const page = { limit: 10, after: '' };
  const documents = createDocuments(openTable, now);
  const list = await documents.list(tenantId, reader, page, newSignal());
  return list.documents.map(({ value }) => value.id);
}

async function addIndexRow(reader: string, id: string): Promise<void> {
  const row = { partitionKey: `${tenantId}_${reader}`, rowKey: id };
  await openTable('shares').upsertEntity(row);
}

describe('an index row without a document', () => {
  const minute = 60_000;
  const later = () => Date.now() + minute + 1_000;

  test('is not listed', async () => {
    const reader = randomUUID();
    await emulators.createDocument('listed', { readers: [reader] });
    await addIndexRow(reader, 'without-document');
    expect(await listIds(reader)).toEqual(['listed']);
  });

  test('remains for a minute, because a write may be in progress', async () => {
    const reader = randomUUID();
    await addIndexRow(reader, 'in-progress');
    await listIds(reader);
    expect(await emulators.hasIndexRow(reader, 'in-progress')).toBe(true);
  });

  test('is deleted by a list of the reader a minute later, and other rows remain', async () => {
    const reader = randomUUID();
    await emulators.createDocument('kept', { readers: [reader] });
    await addIndexRow(reader, 'stale');
    expect(await listIds(reader, later)).toEqual(['kept']);
    expect(await emulators.hasIndexRow(reader, 'stale')).toBe(false);
    expect(await emulators.hasIndexRow(reader, 'kept')).toBe(true);
  });
});

test('an index row for a document that is not shared gives no access', async () => {
  const reader = randomUUID();
  await emulators.createDocument('private');
  await addIndexRow(reader, 'private');
  expect(await listIds(reader)).toEqual([]);
});

describe('a stale version of a document', () => {
  /** Creates a document and updates it, so that the first version is stale. */
  async function createStale(id: string) {
    const documents = createDocuments(openTable);
    const stale = await emulators.createDocument(id);
    const update = makeDocument(id, { text: 'second' });
    const current = await documents.write(tenantId, update, stale, newSignal());
    return { documents, stale, current };
  }

  test('cannot be overwritten, and the new readers get no access', async () => {
    const { documents, stale, current } = await createStale('overwritten');
    const reader = randomUUID();
    const update = makeDocument('overwritten', { text: 'late', readers: [reader] });
    await expect(documents.write(tenantId, update, stale, newSignal())).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(await readDocument('overwritten')).toMatchObject({
      value: { text: 'second', readers: [] },
      etag: current.etag,
    });
    expect(await listIds(reader)).toEqual([]);
  });

  test('cannot be deleted', async () => {
    const { documents, stale, current } = await createStale('deleted');
    await expect(documents.remove(tenantId, stale, newSignal())).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(await readDocument('deleted')).toMatchObject({
      value: { text: 'second', readers: [] },
      etag: current.etag,
    });
  });
});

test('the same id in another tenant is another document', async () => {
  await emulators.createDocument('one-tenant', { text: 'here' });
  expect(await readDocument('one-tenant', otherTenantId)).toBeUndefined();
});

test.each([
  {
    name: 'the identity of another app may not read it',
    open: () => emulators.openTablesAs('original-api'),
  },
  {
    name: 'nothing listens at its endpoint',
    open: () => emulators.openTablesAs('downstream-api', 'http://localhost:1/devstoreaccount1'),
  },
])('the store is unavailable when $name', async ({ open }) => {
  const documents = createDocuments(open());
  await expect(documents.read(tenantId, 'any', newSignal())).rejects.toMatchObject({
    code: 'unavailable',
    options: { logContext: { check: 'store' } },
  });
});

test('a read fails with timeout when the request has no time left', async () => {
  const documents = createDocuments(openTable);
  await expect(documents.read(tenantId, 'any', AbortSignal.abort())).rejects.toMatchObject({
    code: 'timeout',
  });
});

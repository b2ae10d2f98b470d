/** The store of Downstream API against Azurite, with the identities of the emulators. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createManagedIdentity } from '../../downstream-api/managed-identity.ts';
import type { Document } from '../../downstream-api/store/document-row.ts';
import { createDocuments } from '../../downstream-api/store/documents.ts';
import { createProfiles } from '../../downstream-api/store/profiles.ts';
import { createTables, type OpenTable, tableNames } from '../../downstream-api/store/tables.ts';
import { type Emulators, startEmulators } from '../../local/emulators/emulators.ts';

const tenantId = 'c0705000-0000-4000-8000-00000000c001';
const otherTenantId = 'fab21ca0-0000-4000-8000-00000000fab1';
const modified = '2026-11-22T00:00:00.000Z';

let dataDir: string;
let emulators: Emulators;
let openTable: OpenTable;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'store-'));
  emulators = await startEmulators({
    emulatorPort: 0,
    tablePort: 0,
    clientAppOrigin: 'http://localhost:5555',
    dataDir,
  });
  openTable = openTablesAs('downstream-api');
  await Promise.all(tableNames.map((name) => openTable(name).createTable()));
}, 60_000);
afterAll(async () => {
  await emulators?.close();
  await rm(dataDir, { recursive: true, force: true });
});

/** Opens the tables with the managed identity of an app. */
function openTablesAs(
  api: 'original-api' | 'downstream-api',
  endpoint = emulators.tableEndpoint,
): OpenTable {
  const { clientId, header } = emulators.identities[api];
  return createTables(
    new URL(endpoint),
    createManagedIdentity({
      IDENTITY_ENDPOINT: `${emulators.context.origin}/msi/token`,
      IDENTITY_HEADER: header,
      AZURE_CLIENT_ID: clientId,
    }),
  );
}

/** The signal of a request that has time left. */
const newSignal = () => AbortSignal.timeout(60_000);

function makeDocument(id: string, changes: Partial<Document> = {}): Document {
  return {
    id,
    title: 'T',
    text: 'x',
    owner: 'owner',
    readers: [],
    writers: [],
    modified,
    ...changes,
  };
}

async function createDocument(id: string, changes: Partial<Document> = {}) {
  const documents = createDocuments(openTable);
  return documents.write(tenantId, makeDocument(id, changes), undefined, newSignal());
}

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

async function hasIndexRow(reader: string, id: string): Promise<boolean> {
  try {
    await openTable('shares').getEntity(`${tenantId}_${reader}`, id);
    return true;
  } catch {
    return false;
  }
}

describe('an index row without a document', () => {
  const minute = 60_000;
  const later = () => Date.now() + minute + 1_000;

  test('is not listed', async () => {
    const reader = randomUUID();
    await createDocument('listed', { readers: [reader] });
    await addIndexRow(reader, 'without-document');
    expect(await listIds(reader)).toEqual(['listed']);
  });

  test('stays for a minute, since a write may be in progress', async () => {
    const reader = randomUUID();
    await addIndexRow(reader, 'in-progress');
    await listIds(reader);
    expect(await hasIndexRow(reader, 'in-progress')).toBe(true);
  });

  test('is deleted by a list after a minute, and other rows stay', async () => {
    const reader = randomUUID();
    await createDocument('kept', { readers: [reader] });
    await addIndexRow(reader, 'stale');
    expect(await listIds(reader, later)).toEqual(['kept']);
    expect(await hasIndexRow(reader, 'stale')).toBe(false);
    expect(await hasIndexRow(reader, 'kept')).toBe(true);
  });
});

test('an index row for a document that is not shared gives no access', async () => {
  const reader = randomUUID();
  await createDocument('private');
  await addIndexRow(reader, 'private');
  expect(await listIds(reader)).toEqual([]);
});

describe('a stale version of a document', () => {
  /** Creates a document and updates it, so that the first version is stale. */
  async function createStale(id: string) {
    const documents = createDocuments(openTable);
    const stale = await createDocument(id);
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
  await createDocument('one-tenant', { text: 'here' });
  expect(await readDocument('one-tenant', otherTenantId)).toBeUndefined();
});

test.each([
  {
    name: 'the identity of another app may not read it',
    open: () => openTablesAs('original-api'),
  },
  {
    name: 'nothing listens at its endpoint',
    open: () => openTablesAs('downstream-api', 'http://localhost:1/devstoreaccount1'),
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

/** A store that does not receive the response to its next write. */
function openTablesWithLostResponse(options: {
  /** Whether the write took effect before its response was lost. */
  readonly applied: boolean;
  /** Whether reads after the lost response fail, too. */
  readonly readsFail?: boolean;
}): OpenTable {
  type Write = (...parameters: never[]) => Promise<unknown>;
  let isLost = false;
  function loseResponse(write: Write): Write {
    return async (...parameters) => {
      if (options.applied) await write(...parameters);
      isLost = true;
      throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    };
  }
  return (name) => {
    const table = openTable(name);
    if (name === 'shares') return table;
    return Object.assign(Object.create(table), {
      createEntity: loseResponse(table.createEntity.bind(table) as Write),
      updateEntity: loseResponse(table.updateEntity.bind(table) as Write),
      getEntity: async (...parameters: Parameters<typeof table.getEntity>) => {
        if (isLost && options.readsFail) throw new Error('The table does not respond.');
        return table.getEntity(...parameters);
      },
    });
  };
}

describe('a write whose response is lost', () => {
  test('succeeds with the ETag of the document when the creation took effect', async () => {
    const documents = createDocuments(openTablesWithLostResponse({ applied: true }));
    const document = makeDocument('lost-creation');
    const created = await documents.write(tenantId, document, undefined, newSignal());
    expect(created).toEqual(await readDocument('lost-creation'));
  });

  test('succeeds with a new ETag when the update took effect', async () => {
    const created = await createDocument('lost-update');
    const documents = createDocuments(openTablesWithLostResponse({ applied: true }));
    const update = makeDocument('lost-update', { text: 'second' });
    const updated = await documents.write(tenantId, update, created, newSignal());
    expect(updated).toMatchObject({
      value: { text: 'second' },
      etag: expect.not.stringMatching(created.etag),
    });

    const next = makeDocument('lost-update', { text: 'third' });
    const later = createDocuments(openTable).write(tenantId, next, updated, newSignal());
    expect((await later).value.text).toBe('third');
  });

  test('removes the index rows of former readers when the update took effect', async () => {
    const reader = randomUUID();
    const created = await createDocument('lost-revocation', { readers: [reader] });
    expect(await hasIndexRow(reader, 'lost-revocation')).toBe(true);
    const documents = createDocuments(openTablesWithLostResponse({ applied: true }));
    await documents.write(tenantId, makeDocument('lost-revocation'), created, newSignal());
    expect(await hasIndexRow(reader, 'lost-revocation')).toBe(false);
  });

  test('succeeds for a profile when it took effect', async () => {
    const profile = {
      userId: 'lost-profile',
      displayName: 'Lost',
      jobTitle: '',
      phone: '',
      modified,
    };
    const profiles = createProfiles(openTablesWithLostResponse({ applied: true }));
    const saved = await profiles.write(tenantId, profile, undefined, newSignal());
    const read = await createProfiles(openTable).read(tenantId, 'lost-profile', newSignal());
    expect(saved).toEqual(read);
  });

  test.each([
    { name: 'did not take effect', id: 'not-applied', options: { applied: false } },
    {
      name: 'cannot be verified',
      id: 'not-verified',
      options: { applied: true, readsFail: true },
    },
  ])('fails with unavailable when it $name', async ({ id, options }) => {
    const created = await createDocument(id);
    const documents = createDocuments(openTablesWithLostResponse(options));
    const update = makeDocument(id, { text: 'second' });
    await expect(documents.write(tenantId, update, created, newSignal())).rejects.toMatchObject({
      code: 'unavailable',
    });
  });
});

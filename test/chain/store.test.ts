import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createManagedIdentity } from '../../downstream-api/managed-identity.ts';
import type { Document } from '../../downstream-api/store/document-row.ts';
import { createDocuments } from '../../downstream-api/store/documents.ts';
import { createProfiles } from '../../downstream-api/store/profiles.ts';
import { createTables, type OpenTable, tableNames } from '../../downstream-api/store/tables.ts';
import { type Emulators, startEmulators } from '../../local/emulators/emulators.ts';

const tenant = 'c0705000-0000-4000-8000-00000000c001';
const signal = AbortSignal.timeout(120_000);
let dataDir: string;
let emulators: Emulators;
let open: OpenTable;

/** The store as the identity of one of the apps reaches it. */
function tablesAs(
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

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'store-'));
  emulators = await startEmulators({
    emulatorPort: 0,
    tablePort: 0,
    clientAppOrigin: 'http://localhost:5555',
    dataDir,
  });
  open = tablesAs('downstream-api');
  await Promise.all(tableNames.map((name) => open(name).createTable()));
}, 60_000);
afterAll(async () => {
  await emulators?.close();
  await rm(dataDir, { recursive: true, force: true });
});

const document = (id: string, changes: Partial<Document> = {}): Document => ({
  id,
  title: 'T',
  text: 'x',
  owner: 'owner',
  readers: [],
  writers: [],
  modified: '2026-11-22T00:00:00.000Z',
  ...changes,
});
const shareOf = (reader: string, id: string) =>
  open('shares')
    .getEntity(`${tenant}_${reader}`, id)
    .then(
      () => true,
      () => false,
    );

test('an index row that leads nowhere is not listed, stays while a write may be under way, and is mended after that', async () => {
  let now = Date.now();
  const documents = createDocuments(open, () => now);
  await open('shares').upsertEntity({ partitionKey: `${tenant}_reader`, rowKey: 'gone' });
  const { value } = await documents.write(
    tenant,
    document('kept', { readers: ['reader'] }),
    undefined,
    signal,
  );
  const list = async () =>
    (await documents.list(tenant, 'reader', { limit: 10, after: '' }, signal)).documents.map(
      (stored) => stored.value.id,
    );
  expect(await list()).toEqual([value.id]);
  expect(await shareOf('reader', 'gone')).toBe(true);
  now += 61_000;
  expect(await list()).toEqual(['kept']);
  expect(await shareOf('reader', 'gone')).toBe(false);
  expect(await shareOf('reader', 'kept')).toBe(true);
});

test('an index row for a document that is no longer shared is no right to it', async () => {
  const documents = createDocuments(open);
  await documents.write(tenant, document('private'), undefined, signal);
  await open('shares').upsertEntity({ partitionKey: `${tenant}_curious`, rowKey: 'private' });
  expect(
    (await documents.list(tenant, 'curious', { limit: 10, after: '' }, signal)).documents,
  ).toEqual([]);
});

test('a write against a version that is no longer there changes nothing, not even for a reader it would have granted', async () => {
  const documents = createDocuments(open);
  const first = await documents.write(tenant, document('race'), undefined, signal);
  const second = await documents.write(tenant, document('race', { text: 'second' }), first, signal);
  await expect(
    documents.write(tenant, document('race', { text: 'late', readers: ['late'] }), first, signal),
  ).rejects.toMatchObject({
    code: 'conflict',
  });
  await expect(documents.remove(tenant, first, signal)).rejects.toMatchObject({ code: 'conflict' });
  expect(await documents.read(tenant, 'race', signal)).toMatchObject({
    value: { text: 'second', readers: [] },
    etag: second.etag,
  });
  expect(
    (await documents.list(tenant, 'late', { limit: 10, after: '' }, signal)).documents,
  ).toEqual([]);
});

test('the same id in another tenant is another document', async () => {
  const documents = createDocuments(open);
  await documents.write(tenant, document('twin', { text: 'here' }), undefined, signal);
  expect(
    await documents.read('fab21ca0-0000-4000-8000-00000000fab1', 'twin', signal),
  ).toBeUndefined();
});

test('another app’s identity can touch no table, and a store that is away is unavailable, not missing', async () => {
  for (const tables of [
    tablesAs('original-api'),
    tablesAs('downstream-api', 'http://localhost:1/devstoreaccount1'),
  ]) {
    await expect(createDocuments(tables).read(tenant, 'any', signal)).rejects.toMatchObject({
      code: 'unavailable',
      options: { logContext: { check: 'store' } },
    });
  }
});

test('a request whose time is over gives up on the store', async () => {
  await expect(
    createDocuments(open).read(tenant, 'any', AbortSignal.abort()),
  ).rejects.toMatchObject({ code: 'timeout' });
});

/** The store whose next write is done, or is not, and whose answer to it gets lost. */
function losing(options: {
  readonly done: boolean;
  readonly silentAfterwards?: boolean;
}): OpenTable {
  let lost = false;
  const lose =
    (work: (...parameters: never[]) => Promise<unknown>) =>
    async (...parameters: never[]) => {
      if (options.done) await work(...parameters);
      lost = true;
      throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    };
  return (name) => {
    const table = open(name);
    if (name === 'shares') return table;
    return Object.assign(Object.create(table), {
      createEntity: lose(table.createEntity.bind(table) as never),
      updateEntity: lose(table.updateEntity.bind(table) as never),
      getEntity: (...parameters: Parameters<typeof table.getEntity>) =>
        lost && options.silentAfterwards
          ? Promise.reject(new Error('still away'))
          : table.getEntity(...parameters),
    });
  };
}

test('a write that was done although its answer got lost is answered as done, with the ETag that the next one names', async () => {
  const lost = createDocuments(losing({ done: true }));
  const created = await lost.write(
    tenant,
    document('lost', { readers: ['lost-reader'] }),
    undefined,
    signal,
  );
  expect(created).toEqual(await createDocuments(open).read(tenant, 'lost', signal));
  const updated = await createDocuments(losing({ done: true })).write(
    tenant,
    document('lost', { text: 'second' }),
    created,
    signal,
  );
  expect(updated).toMatchObject({
    value: { text: 'second' },
    etag: expect.not.stringMatching(created.etag),
  });
  expect(await shareOf('lost-reader', 'lost')).toBe(false);
  expect(
    (
      await createDocuments(open).write(
        tenant,
        document('lost', { text: 'third' }),
        updated,
        signal,
      )
    ).value.text,
  ).toBe('third');

  const profile = {
    userId: 'lost',
    displayName: 'Lost',
    jobTitle: '',
    phone: '',
    modified: '2026-11-22T00:00:00.000Z',
  };
  const saved = await createProfiles(losing({ done: true })).write(
    tenant,
    profile,
    undefined,
    signal,
  );
  expect(saved).toEqual(await createProfiles(open).read(tenant, 'lost', signal));
});

test('a write that was not done, or of which nobody can tell, is no success', async () => {
  const first = await createDocuments(open).write(tenant, document('unsure'), undefined, signal);
  for (const options of [{ done: false }, { done: true, silentAfterwards: true }]) {
    const write = createDocuments(losing(options)).write(
      tenant,
      document('unsure', { text: 'second' }),
      first,
      signal,
    );
    await expect(write).rejects.toMatchObject({ code: 'unavailable' });
  }
});

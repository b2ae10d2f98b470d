/** The store of Downstream API when the response to a write does not arrive. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createDocuments } from '../../downstream-api/store/documents.ts';
import { createProfiles } from '../../downstream-api/store/profiles.ts';
import type { OpenTable } from '../../downstream-api/store/tables.ts';
import {
  makeDocument,
  modified,
  newSignal,
  type StoreEmulators,
  startStoreEmulators,
  tenantId,
} from './store-emulators.ts';

let emulators: StoreEmulators;
let openTable: OpenTable;
beforeAll(async () => {
  emulators = await startStoreEmulators();
  openTable = emulators.openTable;
}, 60_000);
afterAll(() => emulators?.close());

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

test('a creation whose response is lost succeeds with the ETag of the document', async () => {
  const documents = createDocuments(openTablesWithLostResponse({ applied: true }));
  const document = makeDocument('lost-creation');
  const created = await documents.write(tenantId, document, undefined, newSignal());
  expect(created).toEqual(
    await createDocuments(openTable).read(tenantId, 'lost-creation', newSignal()),
  );
});

test('an update whose response is lost succeeds with a new ETag', async () => {
  const created = await emulators.createDocument('lost-update');
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

test('an update whose response is lost removes the index rows of former readers', async () => {
  const reader = randomUUID();
  const created = await emulators.createDocument('lost-revocation', { readers: [reader] });
  expect(await emulators.hasIndexRow(reader, 'lost-revocation')).toBe(true);
  const documents = createDocuments(openTablesWithLostResponse({ applied: true }));
  await documents.write(tenantId, makeDocument('lost-revocation'), created, newSignal());
  expect(await emulators.hasIndexRow(reader, 'lost-revocation')).toBe(false);
});

test('a write of a profile whose response is lost succeeds', async () => {
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
])(
  'a write whose response is lost fails with unavailable when it $name',
  async ({ id, options }) => {
    const created = await emulators.createDocument(id);
    const documents = createDocuments(openTablesWithLostResponse(options));
    const update = makeDocument(id, { text: 'second' });
    await expect(documents.write(tenantId, update, created, newSignal())).rejects.toMatchObject({
      code: 'unavailable',
    });
  },
);

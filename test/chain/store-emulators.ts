import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createManagedIdentity } from '../../downstream-api/managed-identity.ts';
import type { Document } from '../../downstream-api/store/document-row.ts';
import { createDocuments } from '../../downstream-api/store/documents.ts';
import { createTables, type OpenTable, tableNames } from '../../downstream-api/store/tables.ts';
import { startEmulators } from '../../local/emulators/emulators.ts';

/** The tenant of the documents. */
export const tenantId = 'c0705000-0000-4000-8000-00000000c001';
/** The time at which the documents were modified. */
export const modified = '2026-11-22T00:00:00.000Z';

/** The tables of Downstream API in Azurite, with the identities of the emulators. */
export interface StoreEmulators {
  /** Opens a table as Downstream API. */
  readonly openTable: OpenTable;
  /** Returns a function that opens tables as an app, by default at the emulators. */
  openTablesAs(api: 'original-api' | 'downstream-api', endpoint?: string): OpenTable;
  /** Writes a new document as Downstream API. */
  createDocument(id: string, changes?: Partial<Document>): Promise<StoredDocument>;
  /** Returns whether a document is in the index of a reader. */
  hasIndexRow(reader: string, id: string): Promise<boolean>;
  /** Stops the emulators and deletes their data. */
  close(): Promise<void>;
}

/** A document with its ETag. */
export type StoredDocument = Awaited<ReturnType<Documents['write']>>;
type Documents = ReturnType<typeof createDocuments>;

/** Starts the emulators and creates the tables. */
export async function startStoreEmulators(): Promise<StoreEmulators> {
  const dataDir = await mkdtemp(join(tmpdir(), 'store-'));
  const emulators = await startEmulators({
    emulatorPort: 0,
    tablePort: 0,
    clientAppOrigin: 'http://localhost:5555',
    dataDir,
  });
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

  const openTable = openTablesAs('downstream-api');
  await Promise.all(tableNames.map((name) => openTable(name).createTable()));
  return {
    openTable,
    openTablesAs,
    createDocument: (id, changes = {}) => {
      const document = makeDocument(id, changes);
      return createDocuments(openTable).write(tenantId, document, undefined, newSignal());
    },
    hasIndexRow: async (reader, id) => {
      try {
        await openTable('shares').getEntity(`${tenantId}_${reader}`, id);
        return true;
      } catch (error) {
        if ((error as { statusCode?: number }).statusCode === 404) return false;
        throw error;
      }
    },
    close: async () => {
      await emulators.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Makes a document without readers and writers. */
export function makeDocument(id: string, changes: Partial<Document> = {}): Document {
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

/** Creates the signal of a request that does not time out. */
export const newSignal = () => AbortSignal.timeout(60_000);

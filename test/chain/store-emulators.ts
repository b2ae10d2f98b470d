import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createManagedIdentity } from '../../downstream-api/managed-identity.ts';
import type { Document } from '../../downstream-api/store/document-row.ts';
import { createTables, type OpenTable, tableNames } from '../../downstream-api/store/tables.ts';
import { startEmulators } from '../../local/emulators/emulators.ts';

/** The tenant of the documents. */
export const tenantId = 'c0705000-0000-4000-8000-00000000c001';
/** When the documents were modified. */
export const modified = '2026-11-22T00:00:00.000Z';

/** The tables of Downstream API in Azurite, with the identities of the emulators. */
export interface StoreEmulators {
  /** Opens a table as Downstream API. */
  readonly openTable: OpenTable;
  /** Returns how an app opens tables, at the endpoint of the emulators or at another one. */
  openTablesAs(api: 'original-api' | 'downstream-api', endpoint?: string): OpenTable;
  close(): Promise<void>;
}

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

/** Creates the signal of a request that has time left. */
export const newSignal = () => AbortSignal.timeout(60_000);

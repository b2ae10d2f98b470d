import { isDeepStrictEqual } from 'node:util';
import { ApiError } from '../../shared/api-error.ts';
import { type Document, documentRow, keysOf, readersOf, toRow } from './document-row.ts';
import { createShares, type Page } from './shares.ts';
import {
  type OpenTable,
  operationOptions,
  readRow,
  readWithRetry,
  resultOf,
  type Stored,
  writeRow,
} from './tables.ts';

/**
 * The document store. Each function works within one tenant and throws ApiError `conflict`,
 * `unavailable` or `timeout` as `resultOf` does.
 */
export interface Documents {
  /** Returns a document, or `undefined` if it does not exist. */
  read(tenantId: string, id: string, signal: AbortSignal): Promise<Stored<Document> | undefined>;
  /** Returns one page of the documents that a user may read, sorted by id. */
  list(tenantId: string, reader: string, page: Page, signal: AbortSignal): Promise<DocumentList>;
  /**
   * Creates a document if `before` is `undefined`. Otherwise replaces the version `before`.
   *
   * @throws {ApiError} `conflict` if the document exists already, or has another version
   * @throws {ApiError} `too_large` if a property is too long for the store
   */
  write(
    tenantId: string,
    document: Document,
    before: Stored<Document> | undefined,
    signal: AbortSignal,
  ): Promise<Stored<Document>>;
  /**
   * Deletes this version of a document.
   *
   * @throws {ApiError} `conflict` if the document has another version
   * @throws {ApiError} `not_found` if the document does not exist
   */
  remove(tenantId: string, stored: Stored<Document>, signal: AbortSignal): Promise<void>;
}

/** One page of documents. */
export type DocumentList = {
  /** The documents of the page, sorted by id. */
  readonly documents: readonly Stored<Document>[];
  /** The id after which the next page begins. `undefined` on the last page. */
  readonly next: string | undefined;
};

/**
 * Creates the document store in Azure Table Storage. Only the row of a document decides who may
 * access it. The index (`shares.ts`) finds the documents of a user. An index row is added before
 * access is granted and removed after it is revoked, so a failure can only leave a row that grants
 * nothing.
 *
 * @param now the current time in milliseconds since 1970
 */
export function createDocuments(open: OpenTable, now: () => number = Date.now): Documents {
  const table = open('documents');
  const shares = createShares(open, now);

  async function read(
    tenantId: string,
    id: string,
    signal: AbortSignal,
  ): Promise<Stored<Document> | undefined> {
    const { partitionKey, rowKey } = keysOf(tenantId, id);
    const row = await readWithRetry(() =>
      table.getEntity(partitionKey, rowKey, operationOptions(signal)),
    );
    return row && readRow(documentRow, row);
  }

  return {
    read,

    async list(tenantId, reader, page, signal) {
      const ids = await shares.list(tenantId, reader, page, signal);
      const results = await Promise.all(
        ids.map(async (id) => ({ id, stored: await read(tenantId, id, signal) })),
      );
      const documents: Stored<Document>[] = [];
      const staleIds: string[] = [];
      for (const { id, stored } of results) {
        if (stored && readersOf(stored.value).has(reader)) documents.push(stored);
        else staleIds.push(id);
      }
      await Promise.all(staleIds.map((id) => shares.removeStale(tenantId, reader, id, signal)));
      return { documents, next: ids.length === page.limit ? ids.at(-1) : undefined };
    },

    async write(tenantId, document, before, signal) {
      const row = toRow(tenantId, document);
      const readersBefore = before ? readersOf(before.value) : new Set<string>();
      const readers = readersOf(document);

      const granted = [...readers].filter((reader) => !readersBefore.has(reader));
      await Promise.all(granted.map((reader) => shares.add(tenantId, reader, document.id, signal)));

      // The ETags of these rows are read before the document is written. If a later grant writes a
      // row again, its ETag changes and the removal below leaves it in place.
      const revoked = [...readersBefore].filter((reader) => !readers.has(reader));
      const revokedShares = await shares.find(tenantId, revoked, document.id, signal);

      const request = before
        ? table.updateEntity(row, 'Replace', { ...operationOptions(signal), etag: before.etag })
        : table.createEntity(row, operationOptions(signal));
      const etag = await writeRow(request, async () => {
        const stored = await read(tenantId, document.id, signal);
        return isDeepStrictEqual(stored?.value, document) ? stored : undefined;
      });

      await Promise.all(revokedShares.map((share) => shares.remove(share, signal)));
      return { value: document, etag };
    },

    async remove(tenantId, { value, etag }, signal) {
      const readers = [...readersOf(value)];
      const revokedShares = await shares.find(tenantId, readers, value.id, signal);
      const { partitionKey, rowKey } = keysOf(tenantId, value.id);
      const removed = await resultOf(
        table.deleteEntity(partitionKey, rowKey, { ...operationOptions(signal), etag }),
      );
      if (!removed) throw new ApiError('not_found');
      await Promise.all(revokedShares.map((share) => shares.remove(share, signal)));
    },
  };
}

import { odata } from '@azure/data-tables';
import * as v from 'valibot';
import { ApiError } from '../../shared/api-error.ts';
import { type OpenTable, operationOptions, readRow, readWithRetry, resultOf } from './tables.ts';

/** A row of the index: a user and a document that the user may read. */
export type Share = {
  /** The tenant of the user and the document. */
  readonly tenantId: string;
  /** The object id of the user. */
  readonly reader: string;
  /** The id of the document. */
  readonly id: string;
  /** The ETag of the row. */
  readonly etag: string;
};

/** A part of a list that is sorted by document id. */
export type Page = {
  /** The maximum number of documents on the page. */
  readonly limit: number;
  /** The id after which the page begins. Empty for the first page. */
  readonly after: string;
};

/**
 * The index of the documents that a user may read. A row does not grant access: only the document
 * does. All functions throw ApiError as `resultOf` does, unless stated otherwise.
 */
export interface Shares {
  /** Adds a row, or replaces an existing one, whose ETag then changes. */
  add(tenantId: string, reader: string, id: string, signal: AbortSignal): Promise<void>;
  /** Returns the existing rows of these users for one document. */
  find(
    tenantId: string,
    readers: readonly string[],
    id: string,
    signal: AbortSignal,
  ): Promise<readonly Share[]>;
  /** Returns the document ids in one page of a user's rows. */
  list(
    tenantId: string,
    reader: string,
    page: Page,
    signal: AbortSignal,
  ): Promise<readonly string[]>;
  /**
   * Removes a row unless it has been written again. Does not throw, because a remaining row is
   * harmless.
   */
  remove(share: Share, signal: AbortSignal): Promise<void>;
  /**
   * Removes a row without a readable document. A recent row remains, because it can belong to a
   * write in progress. Does not throw.
   */
  removeStale(tenantId: string, reader: string, id: string, signal: AbortSignal): Promise<void>;
}

/**
 * Milliseconds for which a row may exist without its document, because a write adds the row before
 * the document. No request takes longer.
 */
const writeGracePeriod = 60_000;

const shareRow = v.object({ rowKey: v.string() });

/** Creates the index in the table `shares`. Each user of a tenant has a partition. */
export function createShares(open: OpenTable, now: () => number): Shares {
  const table = open('shares');
  const partitionOf = (tenantId: string, reader: string) => `${tenantId}_${reader}`;

  const getRow = (tenantId: string, reader: string, id: string, signal: AbortSignal) =>
    resultOf(table.getEntity(partitionOf(tenantId, reader), id, operationOptions(signal)));

  async function remove({ tenantId, reader, id, etag }: Share, signal: AbortSignal): Promise<void> {
    const partitionKey = partitionOf(tenantId, reader);
    try {
      await resultOf(table.deleteEntity(partitionKey, id, { ...operationOptions(signal), etag }));
    } catch {
      // The row stays. `removeStale` removes it later.
    }
  }

  return {
    async add(tenantId, reader, id, signal) {
      const row = { partitionKey: partitionOf(tenantId, reader), rowKey: id };
      await resultOf(table.upsertEntity(row, 'Replace', operationOptions(signal)));
    },

    async find(tenantId, readers, id, signal) {
      const shares = await Promise.all(
        readers.map(async (reader) => {
          const row = await getRow(tenantId, reader, id, signal);
          return row && { tenantId, reader, id, etag: row.etag };
        }),
      );
      return shares.filter((share) => share !== undefined);
    },

    async list(tenantId, reader, { limit, after }, signal) {
      const partitionKey = partitionOf(tenantId, reader);
      const query = {
        ...operationOptions(signal),
        queryOptions: {
          filter: odata`PartitionKey eq ${partitionKey} and RowKey gt ${after}`,
          select: ['RowKey'],
        },
        onResponse: requireList,
      };
      const ids = await readWithRetry(() =>
        readIds(table.listEntities(query).byPage({ maxPageSize: limit }), limit),
      );
      return ids ?? [];
    },

    remove,

    async removeStale(tenantId, reader, id, signal) {
      const row = await getRow(tenantId, reader, id, signal).catch(() => undefined);
      if (!row?.timestamp) return;
      const age = now() - Date.parse(row.timestamp);
      if (age > writeGracePeriod) await remove({ tenantId, reader, id, etag: row.etag }, signal);
    },
  };
}

/** Reads up to `limit` document ids. The service may return several pages, and empty ones. */
async function readIds(
  pages: AsyncIterable<readonly object[]>,
  limit: number,
): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const page of pages) {
    ids.push(...page.map((row) => readRow(shareRow, row).rowKey));
    if (ids.length >= limit) break;
  }
  return ids.slice(0, limit);
}

/**
 * Rejects a response without a list. The client would treat it as an empty list, and the user would
 * see no documents instead of an error.
 */
function requireList({
  status,
  bodyAsText,
}: {
  readonly status: number;
  readonly bodyAsText?: string | null;
}): void {
  if (status === 200 && !/"value"\s*:\s*\[/.test(bodyAsText ?? ''))
    throw new ApiError('unavailable', { logContext: { check: 'store', reason: 'malformed list' } });
}

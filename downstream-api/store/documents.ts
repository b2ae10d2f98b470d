import { isDeepStrictEqual } from 'node:util';
import { odata } from '@azure/data-tables';
import * as v from 'valibot';
import { ApiError } from '../../shared/api-error.ts';
import { type Document, documentRow, keysOf, readersOf, toRow } from './document-row.ts';
import { ask, askAgain, limitedBy, type OpenTable, readRow, write } from './tables.ts';

export interface Stored<T> {
  readonly value: T;
  readonly etag: string;
}

/** The documents of one tenant each. Every function throws ApiError `conflict`, `unavailable` or `timeout` as `ask` does. */
export interface Documents {
  read(tenantId: string, id: string, signal: AbortSignal): Promise<Stored<Document> | undefined>;
  /** Up to `limit` documents that the reader's index names, by id, after `after`; `next` is where the following page begins. */
  list(
    tenantId: string,
    reader: string,
    page: Page,
    signal: AbortSignal,
  ): Promise<{
    readonly documents: readonly Stored<Document>[];
    readonly next: string | undefined;
  }>;
  /** Creates, or replaces what `before` holds if nobody has changed it since. */
  write(
    tenantId: string,
    document: Document,
    before: Stored<Document> | undefined,
    signal: AbortSignal,
  ): Promise<Stored<Document>>;
  remove(tenantId: string, stored: Stored<Document>, signal: AbortSignal): Promise<void>;
}

export interface Page {
  readonly limit: number;
  readonly after: string;
}

/** Milliseconds after which an index row without its document is given up: longer than any request lives. */
const young = 60_000;

/**
 * Documents in Table Storage. The document's own row alone decides access; rows of `shares` (partition: tenant and reader) only make
 * "documents I may read" quick. They are written before a grant and removed after a revoke, so the worst is a row that leads nowhere.
 */
export function createDocuments(open: OpenTable, now: () => number = Date.now): Documents {
  const documents = open('documents');
  const shares = open('shares');

  const read: Documents['read'] = async (tenantId, id, signal) => {
    const { partitionKey, rowKey } = keysOf(tenantId, id);
    const row = await askAgain(() => documents.getEntity(partitionKey, rowKey, limitedBy(signal)));
    return row && readRow(documentRow, row);
  };
  const share = (tenantId: string, reader: string, id: string, signal: AbortSignal) =>
    ask(
      shares.upsertEntity(
        { partitionKey: `${tenantId}_${reader}`, rowKey: id },
        'Replace',
        limitedBy(signal),
      ),
    );
  const unshare = (tenantId: string, { reader, id, etag }: Share, signal: AbortSignal) =>
    ask(shares.deleteEntity(`${tenantId}_${reader}`, id, { ...limitedBy(signal), etag })).catch(
      () => {},
    );
  /** Index rows as they are before a change, so that removing them afterwards does not take away one that a later grant has written again. */
  const sharesOf = async (
    tenantId: string,
    readers: readonly string[],
    id: string,
    signal: AbortSignal,
  ): Promise<readonly Share[]> => {
    const rows = await Promise.all(
      readers.map((reader) =>
        ask(shares.getEntity(`${tenantId}_${reader}`, id, limitedBy(signal))),
      ),
    );
    return rows.flatMap((row, index) =>
      row ? [{ reader: readers[index] as string, id, etag: row.etag }] : [],
    );
  };

  /** Forgets an index row that led nowhere, unless it is young enough to belong to a write under way. */
  async function mend(
    tenantId: string,
    reader: string,
    id: string,
    signal: AbortSignal,
  ): Promise<void> {
    const row = await ask(shares.getEntity(`${tenantId}_${reader}`, id, limitedBy(signal))).catch(
      () => undefined,
    );
    if (row?.timestamp && now() - Date.parse(row.timestamp) > young)
      await unshare(tenantId, { reader, id, etag: row.etag }, signal);
  }

  return {
    read,
    async list(tenantId, reader, { limit, after }, signal) {
      const filter = odata`PartitionKey eq ${`${tenantId}_${reader}`} and RowKey gt ${after}`;
      const query = {
        ...limitedBy(signal),
        queryOptions: { filter, select: ['RowKey'] },
        onResponse: demandRows,
      };
      const page = () => shares.listEntities(query).byPage({ maxPageSize: limit });
      const ids = (await askAgain(() => firstOf(page(), limit))) ?? [];
      const found = await Promise.all(ids.map((id) => read(tenantId, id, signal)));
      const leadsNowhere = ids.filter(
        (_, index) => !found[index] || !readersOf(found[index].value).has(reader),
      );
      await Promise.all(leadsNowhere.map((id) => mend(tenantId, reader, id, signal)));
      return {
        documents: found.filter(
          (stored) => stored !== undefined && readersOf(stored.value).has(reader),
        ) as Stored<Document>[],
        next: ids.length === limit ? ids.at(-1) : undefined,
      };
    },
    async write(tenantId, document, before, signal) {
      const row = toRow(tenantId, document);
      const old = before ? readersOf(before.value) : new Set<string>();
      const granted = [...readersOf(document)].filter((reader) => !old.has(reader));
      await Promise.all(granted.map((reader) => share(tenantId, reader, document.id, signal)));
      const revoked = [...old].filter((reader) => !readersOf(document).has(reader));
      const stale = await sharesOf(tenantId, revoked, document.id, signal);
      const saved = before
        ? documents.updateEntity(row, 'Replace', { ...limitedBy(signal), etag: before.etag })
        : documents.createEntity(row, limitedBy(signal));
      const etag = await write(saved, async () => {
        const found = await read(tenantId, document.id, signal);
        return isDeepStrictEqual(found?.value, document) ? found : undefined;
      });
      await Promise.all(stale.map((row) => unshare(tenantId, row, signal)));
      return { value: document, etag };
    },
    async remove(tenantId, { value, etag }, signal) {
      const stale = await sharesOf(tenantId, [...readersOf(value)], value.id, signal);
      const { partitionKey, rowKey } = keysOf(tenantId, value.id);
      const removed = await ask(
        documents.deleteEntity(partitionKey, rowKey, { ...limitedBy(signal), etag }),
      );
      if (!removed) throw new ApiError('not_found');
      await Promise.all(stale.map((row) => unshare(tenantId, row, signal)));
    },
  };
}

const shareRow = v.object({ rowKey: v.string() });

/** An index row: who may find the document. */
interface Share {
  readonly reader: string;
  readonly id: string;
  readonly etag: string;
}

/** The client takes an answer that is no list for an empty one; "no documents" must not mean "the store answers nonsense". */
function demandRows({
  status,
  bodyAsText,
}: {
  readonly status: number;
  readonly bodyAsText?: string | null;
}): void {
  if (status === 200 && !/"value"\s*:\s*\[/.test(bodyAsText ?? ''))
    throw new ApiError('unavailable', { logContext: { check: 'store', reason: 'no list' } });
}

/** The first row keys; the service may spread them over several pages, of which some are empty. */
async function firstOf(
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

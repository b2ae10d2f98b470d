import { createHash } from 'node:crypto';
import { odata } from '@azure/data-tables';
import { Denial } from '../../shared/denial.ts';
import { ask, limitedBy, type OpenTable } from './tables.ts';

export interface Document {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  /** Object ids of users of the tenant. */
  readonly owner: string;
  readonly readers: readonly string[];
  readonly writers: readonly string[];
  /** ISO 8601, UTC. */
  readonly modified: string;
}

export interface Stored<T> {
  readonly value: T;
  readonly etag: string;
}

/** The documents of one tenant each. Every function throws Denial `conflict`, `unavailable` or `timeout` as `ask` does. */
export interface Documents {
  read(tenantId: string, id: string, signal: AbortSignal): Promise<Stored<Document> | undefined>;
  /** Up to `limit` documents that the reader's index names, by id, after `after`; `next` is where the following page begins. */
  list(
    tenantId: string,
    reader: string,
    page: Page,
    signal: AbortSignal,
  ): Promise<{ readonly documents: readonly Stored<Document>[]; readonly next: string | undefined }>;
  /** Creates, or replaces what `before` holds if nobody has changed it since. */
  write(tenantId: string, document: Document, before: Stored<Document> | undefined, signal: AbortSignal): Promise<Stored<Document>>;
  remove(tenantId: string, stored: Stored<Document>, signal: AbortSignal): Promise<void>;
}

export interface Page {
  readonly limit: number;
  readonly after: string;
}

/** What a property of a row holds at most, in UTF-16 code units (64 KiB). */
const longestProperty = 32 * 1024;
/** Milliseconds after which an index row without its document is stale: longer than any request lives. */
const stale = 60_000;

/** A tenant's documents are spread over 256 partitions, since a partition has a limited rate. */
const partitionOf = (tenantId: string, id: string) => `${tenantId}_${createHash('sha256').update(id).digest('hex').slice(0, 2)}`;
const readersOf = ({ owner, readers, writers }: Document) => new Set([owner, ...readers, ...writers]);

/**
 * Documents in Table Storage. The document's own row alone decides access; rows of `shares` (partition: tenant and reader) only make
 * "documents I may read" quick. They are written before a grant and removed after a revoke, so the worst is a row that leads nowhere.
 */
export function createDocuments(open: OpenTable, now: () => number = Date.now): Documents {
  const documents = open('documents');
  const shares = open('shares');

  const read: Documents['read'] = async (tenantId, id, signal) => {
    const row = await ask(documents.getEntity<Row>(partitionOf(tenantId, id), id, limitedBy(signal)));
    return row && { value: fromRow(row), etag: row.etag };
  };
  const share = (tenantId: string, reader: string, id: string, signal: AbortSignal) =>
    ask(shares.upsertEntity({ partitionKey: `${tenantId}_${reader}`, rowKey: id }, 'Replace', limitedBy(signal)));
  const unshare = (tenantId: string, reader: string, id: string, etag: string, signal: AbortSignal) =>
    ask(shares.deleteEntity(`${tenantId}_${reader}`, id, { ...limitedBy(signal), etag })).catch(() => {});

  /** Forgets an index row that led nowhere, unless it is young enough to belong to a write under way. */
  async function mend(tenantId: string, reader: string, id: string, signal: AbortSignal): Promise<void> {
    const row = await ask(shares.getEntity(`${tenantId}_${reader}`, id, limitedBy(signal))).catch(() => undefined);
    if (row?.timestamp && now() - Date.parse(row.timestamp) > stale) await unshare(tenantId, reader, id, row.etag, signal);
  }

  return {
    read,
    async list(tenantId, reader, { limit, after }, signal) {
      const filter = odata`PartitionKey eq ${`${tenantId}_${reader}`} and RowKey gt ${after}`;
      const pages = shares.listEntities<{ rowKey: string }>({ ...limitedBy(signal), queryOptions: { filter, select: ['RowKey'] } });
      const { value: ids = [] } = (await ask(pages.byPage({ maxPageSize: limit }).next())) ?? { value: [] };
      const found = await Promise.all(ids.map(({ rowKey }: { rowKey: string }) => read(tenantId, rowKey, signal)));
      const missing = ids.filter((_: unknown, index: number) => found[index] === undefined || !readersOf(found[index].value).has(reader));
      await Promise.all(missing.map(({ rowKey }: { rowKey: string }) => mend(tenantId, reader, rowKey, signal)));
      return {
        documents: found.filter((stored) => stored !== undefined && readersOf(stored.value).has(reader)) as Stored<Document>[],
        next: ids.length === limit ? ids.at(-1)?.rowKey : undefined,
      };
    },
    async write(tenantId, document, before, signal) {
      const row = toRow(tenantId, document);
      const old = before ? readersOf(before.value) : new Set<string>();
      const granted = [...readersOf(document)].filter((reader) => !old.has(reader));
      await Promise.all(granted.map((reader) => share(tenantId, reader, document.id, signal)));
      const saved = before
        ? await ask(documents.updateEntity(row, 'Replace', { ...limitedBy(signal), etag: before.etag }))
        : await ask(documents.createEntity(row, limitedBy(signal)));
      if (!saved?.etag) throw new Denial('conflict', { facts: { check: 'store' } });
      const revoked = [...old].filter((reader) => !readersOf(document).has(reader));
      await Promise.all(revoked.map((reader) => unshare(tenantId, reader, document.id, '*', signal)));
      return { value: document, etag: saved.etag };
    },
    async remove(tenantId, { value, etag }, signal) {
      const removed = await ask(documents.deleteEntity(partitionOf(tenantId, value.id), value.id, { ...limitedBy(signal), etag }));
      if (!removed) throw new Denial('not_found');
      await Promise.all([...readersOf(value)].map((reader) => unshare(tenantId, reader, value.id, '*', signal)));
    },
  };
}

interface Row {
  title: string;
  text: string;
  owner: string;
  readers: string;
  writers: string;
  modified: string;
}

/** @throws Denial `too_large` naming the property and its limit */
function toRow(tenantId: string, { id, title, text, owner, readers, writers, modified }: Document) {
  const row = { title, text, owner, readers: JSON.stringify(readers), writers: JSON.stringify(writers), modified };
  const tooLong = Object.entries(row).find(([, value]) => value.length > longestProperty);
  if (tooLong)
    throw new Denial('too_large', {
      detail: `'${tooLong[0]}' is over 64 KiB, which is what the store keeps of one property (32,768 UTF-16 code units).`,
    });
  return { partitionKey: partitionOf(tenantId, id), rowKey: id, ...row };
}

const fromRow = ({ rowKey, title, text, owner, readers, writers, modified }: Row & { rowKey?: string }): Document => ({
  id: rowKey ?? '',
  title,
  text,
  owner,
  readers: JSON.parse(readers),
  writers: JSON.parse(writers),
  modified,
});

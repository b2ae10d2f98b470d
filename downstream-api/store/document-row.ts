import { createHash } from 'node:crypto';
import { Denial } from '../../shared/denial.ts';

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

/** What a property of a row holds at most, in UTF-16 code units (64 KiB). */
const longestProperty = 32 * 1024;
/** Where a document is. A tenant's documents are spread over 256 partitions, since a partition has a limited rate. */
export const keysOf = (tenantId: string, id: string) => ({
  partitionKey: `${tenantId}_${createHash('sha256').update(id).digest('hex').slice(0, 2)}`,
  rowKey: id,
});

/** A document as Table Storage holds it, beside its keys. */
export interface Row {
  title: string;
  text: string;
  owner: string;
  readers: string;
  writers: string;
  modified: string;
}

/** @throws Denial `too_large` naming the property and its limit */
export function toRow(tenantId: string, { id, title, text, owner, readers, writers, modified }: Document) {
  const row = { title, text, owner, readers: JSON.stringify(readers), writers: JSON.stringify(writers), modified };
  const tooLong = Object.entries(row).find(([, value]) => value.length > longestProperty);
  if (tooLong)
    throw new Denial('too_large', {
      detail: `'${tooLong[0]}' is over 64 KiB, which is what the store keeps of one property (32,768 UTF-16 code units).`,
    });
  return { ...keysOf(tenantId, id), ...row };
}

export const fromRow = ({ rowKey, title, text, owner, readers, writers, modified }: Row & { rowKey?: string }): Document => ({
  id: rowKey ?? '',
  title,
  text,
  owner,
  readers: JSON.parse(readers),
  writers: JSON.parse(writers),
  modified,
});

/** Everybody whose list the document is on. */
export const readersOf = ({ owner, readers, writers }: Document) => new Set([owner, ...readers, ...writers]);

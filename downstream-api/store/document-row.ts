import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { ApiError } from '../../shared/api-error.ts';

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

/** @throws ApiError `too_large` naming the property and its limit */
export function toRow(
  tenantId: string,
  { id, title, text, owner, readers, writers, modified }: Document,
) {
  const row = {
    title,
    text,
    owner,
    readers: JSON.stringify(readers),
    writers: JSON.stringify(writers),
    modified,
  };
  const tooLong = Object.entries(row).find(([, value]) => value.length > longestProperty);
  if (tooLong)
    throw new ApiError('too_large', {
      detail: `'${tooLong[0]}' is over 64 KiB, which is what the store keeps of one property (32,768 UTF-16 code units).`,
    });
  return { ...keysOf(tenantId, id), ...row };
}

const oids = v.pipe(v.string(), v.parseJson(), v.array(v.string()));

/** A row that is a document, and the document with its ETag. */
export const documentRow = v.pipe(
  v.object({
    rowKey: v.string(),
    title: v.string(),
    text: v.string(),
    owner: v.string(),
    readers: oids,
    writers: oids,
    modified: v.string(),
    etag: v.string(),
  }),
  v.transform(({ rowKey: id, etag, ...said }) => ({ value: { id, ...said }, etag })),
);

/** Everybody whose list the document is on. */
export const readersOf = ({ owner, readers, writers }: Document) =>
  new Set([owner, ...readers, ...writers]);

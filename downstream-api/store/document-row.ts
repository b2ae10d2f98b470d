import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { ApiError } from '../../shared/api-error.ts';

/** A document. Users are identified by their object ids in the tenant. */
export interface Document {
  /** 1 to 64 characters from A-Z, a-z, 0-9, `-`, `_` and `.`. */
  readonly id: string;
  /** The title, at most 200 characters. */
  readonly title: string;
  /** The text, at most 64 KiB of UTF-16. */
  readonly text: string;
  /** The user who created the document. */
  readonly owner: string;
  /** The users who may read the document. */
  readonly readers: readonly string[];
  /** The users who may read and change the document. */
  readonly writers: readonly string[];
  /** When the document was last written: ISO 8601, UTC. */
  readonly modified: string;
}

/** The longest property of a row, in UTF-16 code units (64 KiB). */
const maxPropertyLength = 32 * 1024;

/**
 * Returns the keys of a document's row. The documents of a tenant are spread over 256 partitions,
 * because the request rate of a partition is limited.
 */
export const keysOf = (tenantId: string, id: string) => ({
  partitionKey: `${tenantId}_${createHash('sha256').update(id).digest('hex').slice(0, 2)}`,
  rowKey: id,
});

/**
 * Converts a document to a row.
 *
 * @throws {ApiError} `too_large`, with the property and the limit in its detail
 */
export function toRow(
  tenantId: string,
  { id, title, text, owner, readers, writers, modified }: Document,
) {
  const properties = {
    title,
    text,
    owner,
    readers: JSON.stringify(readers),
    writers: JSON.stringify(writers),
    modified,
  };
  for (const [name, value] of Object.entries(properties)) {
    if (value.length > maxPropertyLength)
      throw new ApiError('too_large', {
        detail: `'${name}' must have at most 64 KiB (32,768 UTF-16 code units).`,
      });
  }
  return { ...keysOf(tenantId, id), ...properties };
}

const objectIds = v.pipe(v.string(), v.parseJson(), v.array(v.string()));

/** The schema of a row. Its output is the document and its ETag. */
export const documentRow = v.pipe(
  v.object({
    rowKey: v.string(),
    title: v.string(),
    text: v.string(),
    owner: v.string(),
    readers: objectIds,
    writers: objectIds,
    modified: v.string(),
    etag: v.string(),
  }),
  v.transform(({ rowKey: id, etag, ...properties }) => ({ value: { id, ...properties }, etag })),
);

/** Returns all users who may read a document: its owner, readers and writers. */
export const readersOf = ({ owner, readers, writers }: Document) =>
  new Set([owner, ...readers, ...writers]);

import * as v from 'valibot';
import type { Api, ApiResult } from '../api.ts';

const listedDocument = v.object({
  /** 1 to 64 characters from A-Z, a-z, 0-9, `-`, `_` and `.`. */
  id: v.string(),
  /** The title. */
  title: v.string(),
  /** The object id of the owner. */
  owner: v.string(),
  /** When this version was saved, as an ISO 8601 date and time. */
  modified: v.string(),
  /** The ETag of this version. */
  etag: v.string(),
});
const documentPage = v.object({
  /** The documents on this page. */
  documents: v.array(listedDocument),
  /** Requests the next page. Absent on the last page. */
  continuation: v.optional(v.string()),
});
const document = v.object({
  /** 1 to 64 characters from A-Z, a-z, 0-9, `-`, `_` and `.`. */
  id: v.string(),
  /** The title. */
  title: v.string(),
  /** Plain text. */
  text: v.string(),
  /** The object id of the owner. */
  owner: v.string(),
  /** The object ids of users who can read the document, in addition to owner and writers. */
  readers: v.array(v.string()),
  /** The object ids of users who can read and change the document, in addition to the owner. */
  writers: v.array(v.string()),
  /** When this version was saved, as an ISO 8601 date and time. */
  modified: v.string(),
  /** The object id of the user who saved this version. */
  modifiedBy: v.optional(v.string()),
});

/** A document in a list, without its text. */
export type ListedDocument = v.InferOutput<typeof listedDocument>;
/** One page of the list. */
export type DocumentPage = v.InferOutput<typeof documentPage>;
/** A document. */
export type Document = v.InferOutput<typeof document>;

/** A document as the fields show it. */
export interface DocumentFields {
  /** 1 to 64 characters from A-Z, a-z, 0-9, `-`, `_` and `.`. */
  readonly id: string;
  /** The title. */
  readonly title: string;
  /** Plain text. */
  readonly text: string;
  /** The object ids of users who can read the document, in addition to owner and writers. */
  readonly readers: readonly string[];
  /** The object ids of users who can read and change the document, in addition to the owner. */
  readonly writers: readonly string[];
}

/** What a user can change. */
export interface DocumentChange {
  /** At most 200 characters. */
  readonly title: string;
  /** Plain text. */
  readonly text: string;
  /** Absent when the user is not the owner, because only the owner can change it. */
  readonly readers?: readonly string[];
  /** Absent when the user is not the owner, because only the owner can change it. */
  readonly writers?: readonly string[];
}

function pathOf(id: string): string {
  return `documents/${encodeURIComponent(id)}`;
}

/** Returns one page, of at most 50 documents that the user can read. */
export async function listDocuments(api: Api, continuation?: string): Promise<DocumentPage> {
  const query =
    continuation === undefined ? '' : `?continuation=${encodeURIComponent(continuation)}`;
  const { value } = await api.call(
    { method: 'GET', path: `documents${query}`, scope: 'Documents.Read' },
    documentPage,
  );
  return value;
}

/**
 * Reads a document.
 * @throws {ProblemError} `not_found` when it does not exist or the user cannot read it
 */
export function readDocument(api: Api, id: string): Promise<ApiResult<Document>> {
  return api.call({ method: 'GET', path: pathOf(id), scope: 'Documents.Read' }, document);
}

/**
 * Creates or replaces a document.
 * @param basedOn the ETag of the version to replace, or `none` to create the document
 * @throws {ProblemError} `conflict` when the stored version is another one
 */
export function saveDocument(
  api: Api,
  id: string,
  change: DocumentChange,
  basedOn: string,
): Promise<ApiResult<Document>> {
  return api.call(
    { method: 'PUT', path: pathOf(id), scope: 'Documents.ReadWrite', body: change, basedOn },
    document,
  );
}

/**
 * Deletes a document.
 * @param basedOn the ETag of the version that the user saw
 * @throws {ProblemError} `conflict` when the stored version is another one
 */
export async function deleteDocument(api: Api, id: string, basedOn: string): Promise<void> {
  await api.call(
    { method: 'DELETE', path: pathOf(id), scope: 'Documents.ReadWrite', basedOn },
    v.undefined(),
  );
}

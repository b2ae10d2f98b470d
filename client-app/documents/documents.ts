import * as v from 'valibot';
import type { Api, ApiResult } from '../api.ts';

const listedDocument = v.object({
  id: v.string(),
  title: v.string(),
  owner: v.string(),
  modified: v.string(),
  etag: v.string(),
});
const documentPage = v.object({
  documents: v.array(listedDocument),
  continuation: v.optional(v.string()),
});
const document = v.object({
  id: v.string(),
  title: v.string(),
  text: v.string(),
  owner: v.string(),
  readers: v.array(v.string()),
  writers: v.array(v.string()),
  modified: v.string(),
  modifiedBy: v.optional(v.string()),
});

/** A document in a list, without its text. */
export type ListedDocument = v.InferOutput<typeof listedDocument>;
/** One page of the list. `continuation` leads to the next page, and is absent on the last one. */
export type DocumentPage = v.InferOutput<typeof documentPage>;
/**
 * A document. `owner`, `readers` and `writers` are object ids of users, and so is `modifiedBy`, who
 * saved this version.
 */
export type Document = v.InferOutput<typeof document>;

/** A document as the fields show it. `readers` and `writers` are object ids. */
export interface DocumentFields {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  readonly readers: readonly string[];
  readonly writers: readonly string[];
}

/** What a user can change. */
export interface DocumentChange {
  /** At most 200 characters. */
  readonly title: string;
  /** Plain text. */
  readonly text: string;
  /** Absent when the user is not the owner, who alone can change it. */
  readonly readers?: readonly string[];
  /** Absent when the user is not the owner, who alone can change it. */
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
 * @throws ProblemError `not_found` also when the user cannot read the document
 */
export function readDocument(api: Api, id: string): Promise<ApiResult<Document>> {
  return api.call({ method: 'GET', path: pathOf(id), scope: 'Documents.Read' }, document);
}

/**
 * Creates or replaces a document.
 * @param basedOn the ETag of the version to replace, or `none` to create the document
 * @throws ProblemError `conflict` when the stored version is another one
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
 * @throws ProblemError `conflict` when the stored version is another one
 */
export async function deleteDocument(api: Api, id: string, basedOn: string): Promise<void> {
  await api.call(
    { method: 'DELETE', path: pathOf(id), scope: 'Documents.ReadWrite', basedOn },
    v.undefined(),
  );
}

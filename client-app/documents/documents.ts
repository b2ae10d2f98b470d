import * as v from 'valibot';
import type { Api, ApiAnswer } from '../api.ts';

const listed = v.object({
  id: v.string(),
  title: v.string(),
  owner: v.string(),
  modified: v.string(),
  etag: v.string(),
});
const list = v.object({ documents: v.array(listed), continuation: v.optional(v.string()) });
const whole = v.object({
  id: v.string(),
  title: v.string(),
  text: v.string(),
  owner: v.string(),
  readers: v.array(v.string()),
  writers: v.array(v.string()),
  modified: v.string(),
});

export type ListedDocument = v.InferOutput<typeof listed>;
export type Document = v.InferOutput<typeof whole>;

/** What a person can change; the lists only when they own the document. */
export interface DocumentChange {
  readonly title: string;
  readonly text: string;
  readonly readers?: readonly string[];
  readonly writers?: readonly string[];
}

const at = (id: string): string => `documents/${encodeURIComponent(id)}`;

/** One page of what the person may read, 50 at a time. */
export async function listDocuments(
  api: Api,
  continuation?: string,
): Promise<v.InferOutput<typeof list>> {
  const query =
    continuation === undefined ? '' : `?continuation=${encodeURIComponent(continuation)}`;
  return (
    await api.call({ method: 'GET', path: `documents${query}`, scope: 'Documents.Read' }, list)
  ).value;
}

export function readDocument(api: Api, id: string): Promise<ApiAnswer<Document>> {
  return api.call({ method: 'GET', path: at(id), scope: 'Documents.Read' }, whole);
}

/** Creates (`basedOn` is `none`) or changes the version named; a newer version is a `conflict`, never overwritten unseen. */
export function saveDocument(
  api: Api,
  id: string,
  change: DocumentChange,
  basedOn: string,
): Promise<ApiAnswer<Document>> {
  return api.call(
    { method: 'PUT', path: at(id), scope: 'Documents.ReadWrite', body: change, basedOn },
    whole,
  );
}

export async function deleteDocument(api: Api, id: string, basedOn: string): Promise<void> {
  await api.call(
    { method: 'DELETE', path: at(id), scope: 'Documents.ReadWrite', basedOn },
    v.undefined(),
  );
}

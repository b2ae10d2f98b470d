import { type CallOptions, type CallResponse, call } from '../support/call.ts';
import type { Stack } from '../support/stack.ts';
import { createOnly } from './apis.ts';

/** A signed-in user of Original API. */
export interface User {
  /** The object id in Entra. */
  readonly objectId: string;
  /** Calls Original API as this user. */
  call(path: string, options?: CallOptions): Promise<CallResponse>;
  /** Creates a document. */
  create(id: string, json: object): Promise<CallResponse>;
  /** Reads a document, and updates it with its ETag. */
  update(id: string, json: object): Promise<CallResponse>;
  /** Reads a document, and deletes it with its ETag. */
  delete(id: string): Promise<CallResponse>;
  /** Reads a document. */
  read(id: string): Promise<CallResponse>;
  /** Lists the ids of the documents that the user may read. */
  listIds(): Promise<readonly string[]>;
}

/** Signs a user in. */
export async function signIn(stack: Stack, name: string): Promise<User> {
  const token = await stack.token(name);
  const callAsUser = (path: string, options: CallOptions = {}) =>
    call(`${stack.urls.originalApi}/${path}`, { token, ...options });
  const read = (id: string) => callAsUser(`documents/${id}`);
  const readIfMatch = async (id: string) => ({ 'if-match': etagOf(await read(id)) });
  const profile = await callAsUser('profiles/me');
  return {
    objectId: profile.json.userId,
    call: callAsUser,
    read,
    create: (id, json) =>
      callAsUser(`documents/${id}`, { method: 'PUT', json, headers: createOnly }),
    update: async (id, json) => {
      const headers = await readIfMatch(id);
      return callAsUser(`documents/${id}`, { method: 'PUT', json, headers });
    },
    delete: async (id) => {
      const headers = await readIfMatch(id);
      return callAsUser(`documents/${id}`, { method: 'DELETE', headers });
    },
    listIds: async () => {
      const { json } = await callAsUser('documents?limit=100');
      return json.documents.map((document: { id: string }) => document.id);
    },
  };
}

/** Returns the ETag of a response. */
export function etagOf(response: CallResponse): string {
  return response.headers.get('etag') as string;
}

import { randomUUID } from 'node:crypto';
import { type Api, describeResponse } from './case.ts';
import type { RawRequest, RawResponse } from './http.ts';

/** The headers of a request with a JSON body. */
export const jsonHeaders = { 'content-type': 'application/json' };
/** The headers of a request that creates an object. */
export const createHeaders = { ...jsonHeaders, 'if-none-match': '*' };
/** A valid document. */
export const validBody = JSON.stringify({ title: 'A title', text: 'A text' });

/** A request without its path. */
export type RequestOptions = Omit<Partial<RawRequest>, 'path'> & {
  /** Default: the valid token of the API. */
  readonly token?: string;
};

/**
 * Sends a request with a token.
 * @param path the path after the route prefix, without a leading slash
 */
export function sendWithToken(
  api: Api,
  path: string,
  { token = api.token, headers = {}, ...rest }: RequestOptions = {},
): Promise<RawResponse> {
  return api.send({
    path: `${api.path}/${path}`,
    ...rest,
    headers: { authorization: `Bearer ${token}`, ...headers },
  });
}

/** A document that exists at the API. */
export interface StoredDocument {
  /** The id of the document. */
  readonly id: string;
  /** The ETag of the current version. */
  readonly etag: string;
}

/**
 * Creates a document for one case. The user of the valid token owns it.
 * @throws {Error} when the API does not create it
 */
export async function createDocument(api: Api): Promise<StoredDocument> {
  const id = `attack-${randomUUID()}`;
  const response = await sendWithToken(api, `documents/${id}`, {
    method: 'PUT',
    headers: createHeaders,
    body: validBody,
  });
  if (response.status !== 201)
    throw new Error(`The document could not be created: ${describeResponse(response)}.`);
  return { id, etag: String(response.headers.etag) };
}

/** Deletes a document, which requires a step-up and therefore a token of the emulators. */
export async function deleteDocument(api: Api, { id, etag }: StoredDocument): Promise<void> {
  if (!api.emulators) return;
  await sendWithToken(api, `documents/${id}`, {
    method: 'DELETE',
    headers: { 'if-match': etag },
    token: api.forge({ claims: { acrs: ['c1'] } }),
  });
}

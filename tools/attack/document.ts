import { randomUUID } from 'node:crypto';
import { type Api, describeAnswer } from './case.ts';
import type { RawRequest } from './http.ts';

export const json = { 'content-type': 'application/json' };
export const create = { ...json, 'if-none-match': '*' };
export const goodBody = JSON.stringify({ title: 'A title', text: 'A text' });

export type Options = Partial<RawRequest> & { readonly token?: string };

/** Calls with a user's token; the good one unless another is given. */
export const as = (
  api: Api,
  path: string,
  { token = api.token, headers = {}, ...rest }: Options = {},
) =>
  api.send({
    path: `${api.path}/${path}`,
    ...rest,
    headers: { authorization: `Bearer ${token}`, ...headers },
  });

/** A document of the first user's that nothing else uses. */
export async function created(api: Api): Promise<{ readonly id: string; readonly etag: string }> {
  const id = `attack-${randomUUID()}`;
  const answer = await as(api, `documents/${id}`, {
    method: 'PUT',
    headers: create,
    body: goodBody,
  });
  if (answer.status !== 201)
    throw new Error(`A document could not be created: ${describeAnswer(answer)}`);
  return { id, etag: String(answer.headers.etag) };
}

/** Takes it away again where a token for that can be had. */
export async function remove(api: Api, id: string, etag: string): Promise<void> {
  if (api.emulators)
    await as(api, `documents/${id}`, {
      method: 'DELETE',
      headers: { 'if-match': etag },
      token: api.forge({ claims: { acrs: ['c1'] } }),
    });
}

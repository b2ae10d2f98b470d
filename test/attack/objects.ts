import { randomUUID } from 'node:crypto';
import { type Api, type Case, describeAnswer, type Group } from './case.ts';
import type { Answered, RawRequest } from './http.ts';
import { naughtyStrings } from './naughty-strings.ts';

const group = 'Objects';
const notFound = '404 not_found';
const badRequest = '400 bad_request';
const json = { 'content-type': 'application/json' };
const create = { ...json, 'if-none-match': '*' };
const good = JSON.stringify({ title: 'A title', text: 'A text' });

type Options = Partial<RawRequest> & { readonly token?: string };

/** Calls with a user's token; the good one unless another is given. */
const as = (api: Api, path: string, { token = api.token, headers = {}, ...rest }: Options = {}) =>
  api.send({ path: `${api.path}/${path}`, ...rest, headers: { authorization: `Bearer ${token}`, ...headers } });

/** What is sent to a good route with a good token and is wrong in itself. */
export const objects: Group = (api) => {
  const send = (name: string, expected: string, path: string, options: Options = {}): Case => ({
    group,
    name,
    expected,
    writes: (options.method ?? 'GET') !== 'GET',
    run: async () => describeAnswer(await as(api, path, options)),
  });
  const put = (name: string, expected: string, body: string | Buffer, headers: Record<string, string> = create) =>
    send(name, expected, 'documents/attack', { method: 'PUT', headers, body });
  const property = (name: string) => put(`a body that names ${name}`, badRequest, `{"title":"t","text":"t","${name}":"x"}`);
  const big = Buffer.alloc(1024 * 1024 + 1, ' ');
  const ids: [string, string, string][] = [
    ['of 65 characters', 'x'.repeat(65), badRequest],
    ['of 4 KB', 'x'.repeat(4_000), badRequest],
    ['of 10 KB', 'x'.repeat(10_000), '414 or closed'],
    ['..%2F..%2Fcaller', '..%2F..%2Fcaller', badRequest],
    ['..%5C..%5Ccaller', '..%5C..%5Ccaller', badRequest],
    ['%2e%2e%2f', '%2e%2e%2f', badRequest],
    ['../../../health', '../../../health', '404 not_found or 404'],
    ['a%00b', 'a%00b', '400 or 400 bad_request'],
    ['a%0d%0ab', 'a%0d%0ab', badRequest],
    ['%ff', '%ff', badRequest],
    ["o'brien", "o'brien", badRequest],
    ['a b', 'a%20b', badRequest],
    ['a;b', 'a;b', badRequest],
    ['$filter', '$filter', badRequest],
    ['__proto__', '__proto__', notFound],
    ['constructor', 'constructor', notFound],
    ['toString', 'toString', notFound],
  ];

  return [
    ...['owner', 'tid', 'tenant', 'oid', 'roles', 'id', 'modified', '__proto__', 'constructor', 'etag', 'partitionKey'].map(property),
    ...['userId', 'oid', 'tid', 'roles', '__proto__'].map((name) =>
      send(`a profile that names ${name}`, badRequest, 'profiles/me', {
        method: 'PUT',
        headers: create,
        body: `{"displayName":"x","${name}":"x"}`,
      }),
    ),
    put('a body of 1 MiB + 1', '413 too_large', big),
    put('a body that claims 1 TiB', '413 too_large or 500 or 413 or closed', good, { ...create, 'content-length': String(2 ** 40) }),
    send('a body in chunks, without a length', '411 length_required', 'documents/attack', {
      method: 'PUT',
      headers: create,
      body: good,
      chunked: true,
    }),
    ...[
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/jsonx',
      'text/json',
      'application/json; charset=utf-16',
      'application/json, text/plain',
      'application/merge-patch+json',
    ].map((type) => put(`content type ${type}`, '415 unsupported_media_type', good, { ...create, 'content-type': type })),
    put('a compressed body', '415 unsupported_media_type', good, { ...create, 'content-encoding': 'gzip' }),
    ...(
      [
        ['nothing', ''],
        ['half an object', '{"title":'],
        ['a comma too many', '{"title":"t","text":"t",}'],
        ['two objects', `${good}${good}`],
        ['a list', '[]'],
        ['null', 'null'],
        ['a text', '"x"'],
        ['a number for a title', '{"title":1,"text":"t"}'],
        ['an object for a text', '{"title":"t","text":{}}'],
        ['readers that are a text', '{"title":"t","text":"t","readers":"x"}'],
        ['10,000 lists in lists', `${'['.repeat(10_000)}${']'.repeat(10_000)}`],
      ] as const
    ).map(([name, body]) => put(`broken body: ${name}`, badRequest, body)),
    put('a body that is not UTF-8', badRequest, Buffer.from([0x7b, 0xff, 0x7d])),
    put('no precondition', '428 precondition_required', good, json),
    put('a precondition that guards nothing', '428 precondition_required', good, { ...json, 'if-match': '*' }),
    put('two preconditions', badRequest, good, { ...create, 'if-match': '"x"' }),
    ...ids.map(([name, id, expected]) => send(`id ${name}`, expected, `documents/${id}`)),
    ...['alice', '1', '..%2Fme', '__proto__', '%00', 'x'.repeat(200)].map((id) =>
      send(`user id ${id.slice(0, 20)}`, '400 bad_request or 400', `profiles/${id}`),
    ),
    ...[
      'limit=1000000000',
      'limit=101',
      'limit=0',
      'limit=-1',
      'limit=NaN',
      'limit=Infinity',
      'limit=1e1',
      'limit=0x10',
      'limit=',
      'limit=1&limit=2',
      'limit=1&LIMIT=2',
      'limit[]=1',
      'continuation=..%2F',
      'continuation=a%20b',
      `continuation=${'x'.repeat(65)}`,
      "continuation='%20or%20true",
    ].map((query) => send(`documents?${query.slice(0, 40)}`, query === 'limit[]=1' ? '200' : badRequest, `documents?${query}`)),
    ...(api.stand ? withTwoUsers(api, api.stand) : []),
    stale(api),
    naughty(api),
  ];
};

/** Whose things are whose. */
function withTwoUsers(api: Api, stand: NonNullable<Api['stand']>): readonly Case[] {
  const { oid } = api.good.claims;
  const one = (name: string, expected: string, run: () => Promise<string>): Case => ({ group, name, expected, writes: true, run });
  const asBob = async (path: string, options: Options = {}) =>
    describeAnswer(await as(api, path, { ...options, token: await stand.token('bob') }));
  /** bob, under every name of the first user. */
  const lookAlike = async () => {
    const bob = JSON.parse(Buffer.from((await stand.token('bob')).split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
    const { preferred_username, name } = api.good.claims;
    return {
      oid: bob.oid,
      token: api.forge({
        claims: { ...bob, name, preferred_username, upn: preferred_username, email: preferred_username, unique_name: preferred_username },
      }),
    };
  };
  const guarded = { ...json, 'if-match': '"x"' };
  return [
    one('another user’s document: read', notFound, () => asBob('documents/garden-plan')),
    one('another user’s document: write', notFound, () => asBob('documents/garden-plan', { method: 'PUT', headers: guarded, body: good })),
    one('another user’s document: write as new', '412 conflict', () =>
      asBob('documents/garden-plan', { method: 'PUT', headers: create, body: good }),
    ),
    one('another user’s document: delete', notFound, () =>
      asBob('documents/garden-plan', { method: 'DELETE', headers: { 'if-match': '"x"' } }),
    ),
    one('a document of another tenant', notFound, () => asBob('documents/northern-lights')),
    one('another user’s profile: read', '403 forbidden', () => asBob(`profiles/${oid}`)),
    one('another user’s profile: write', '403 forbidden', () =>
      asBob(`profiles/${oid}`, { method: 'PUT', headers: create, body: '{"displayName":"x"}' }),
    ),
    one('the same e-mail, upn, name and preferred_username with another oid: that user’s own profile', 'own', async () => {
      const { token, oid: own } = await lookAlike();
      const { json: profile } = await as(api, 'profiles/me', { token });
      return profile.userId === own ? 'own' : 'not their own';
    }),
    one('the same names with another oid: the first user’s document', notFound, async () =>
      describeAnswer(await as(api, 'documents/garden-plan', { token: (await lookAlike()).token })),
    ),
    ...(api.kind === 'downstream'
      ? [
          one('the same names with an oid nobody has: no documents, an empty profile', '0 documents, ""', async () => {
            const token = api.forge({ claims: { oid: randomUUID() } });
            const [list, profile] = [await as(api, 'documents', { token }), await as(api, 'profiles/me', { token })];
            return `${(list.json.documents as unknown[] | undefined)?.length} documents, ${JSON.stringify(profile.json.displayName)}`;
          }),
          one('a user’s own document, in another tenant', '401 invalid_token', async () =>
            describeAnswer(await as(api, 'documents/garden-plan', { token: api.forge({ claims: { tid: randomUUID() } }) })),
          ),
        ]
      : []),
    ...['c2', 'C1', 'c1 c2', 'c10', ''].map((acrs) =>
      stepUp(api, stand, `acrs ${JSON.stringify(acrs)}`, '401 step_up_required', acrs === '' ? {} : { acrs: [acrs] }),
    ),
    // To a client without cp1 Downstream's own challenge does not go, and what Entra demands goes all the same.
    stepUp(api, stand, 'acrs missing, from a client without cp1', api.kind === 'downstream' ? '403 forbidden' : '401 step_up_required', {
      xms_cc: undefined,
    }),
    stepUp(api, stand, 'acrs missing, cp1 in another case', '401 step_up_required', { xms_cc: ['CP1'] }),
    stepUp(api, stand, 'acrs c1', '204', { acrs: ['c1'] }),
  ];
}

/** Deletes a document of one's own with a token that says so much of authentication contexts. */
const stepUp = (api: Api, stand: NonNullable<Api['stand']>, name: string, expected: string, claims: Record<string, unknown>): Case => ({
  group,
  name: `delete: ${name}`,
  expected,
  writes: true,
  async run() {
    const { id, etag } = await created(api);
    // Otherwise Entra grants the context to whoever asks, and the deletion goes through after one exchange more.
    if (api.kind === 'original') await stand.policy('auth-context', 'on');
    const got = describeAnswer(
      await as(api, `documents/${id}`, {
        method: 'DELETE',
        headers: { 'if-match': etag },
        token: api.forge({ claims: { acrs: undefined, ...claims } }),
      }),
    );
    if (api.kind === 'original') await stand.policy('auth-context', 'off');
    if (got !== '204') await remove(api, stand, id, etag);
    return got;
  },
});

async function created(api: Api): Promise<{ readonly id: string; readonly etag: string }> {
  const id = `attack-${randomUUID()}`;
  const answer = await as(api, `documents/${id}`, { method: 'PUT', headers: create, body: good });
  if (answer.status !== 201) throw new Error(`A document could not be created: ${describeAnswer(answer)}`);
  return { id, etag: String(answer.headers.etag) };
}

async function remove(api: Api, stand: Api['stand'], id: string, etag: string): Promise<void> {
  if (stand)
    await as(api, `documents/${id}`, { method: 'DELETE', headers: { 'if-match': etag }, token: api.forge({ claims: { acrs: ['c1'] } }) });
}

const stale = (api: Api): Case => ({
  group,
  name: 'a stale version, again as new, and without a precondition',
  expected: '412 conflict, 412 conflict, 428 precondition_required',
  writes: true,
  async run() {
    const { id, etag } = await created(api);
    const tries = [{ ...json, 'if-match': '"stale"' }, create, json];
    const got: string[] = [];
    for (const headers of tries) got.push(describeAnswer(await as(api, `documents/${id}`, { method: 'PUT', headers, body: good })));
    await remove(api, api.stand, id, etag);
    return got.join(', ');
  },
});

/** Every one as title and text of a document, several documents side by side; each comes back as it was sent. */
const naughty = (api: Api): Case => ({
  group,
  name: `${naughtyStrings.length} naughty strings as title and text come back as they were sent`,
  expected: `${naughtyStrings.length} as sent`,
  writes: true,
  async run() {
    const lanes = 8;
    const same = await Promise.all(
      Array.from({ length: lanes }, async (_, lane) => {
        let { id, etag } = await created(api);
        let count = 0;
        for (const text of naughtyStrings.filter((_text, index) => index % lanes === lane)) {
          const said = { title: `>${text}`, text };
          const answer: Answered = await as(api, `documents/${id}`, {
            method: 'PUT',
            headers: { ...json, 'if-match': etag },
            body: JSON.stringify(said),
          });
          if (answer.status !== 200) continue;
          etag = String(answer.headers.etag);
          const { json: stored } = await as(api, `documents/${id}`);
          if (stored.title === said.title && stored.text === said.text) count += 1;
        }
        await remove(api, api.stand, id, etag);
        return count;
      }),
    );
    return `${same.reduce((sum, count) => sum + count, 0)} as sent`;
  },
});

import { type Api, type Case, describeAnswer, type Group } from './case.ts';
import { as, create, created, goodBody as good, json, type Options, remove } from './document.ts';

const group = 'Objects';
const notFound = '404 not_found';
const badRequest = '400 bad_request';

/** What is sent to a good route with a good token and is wrong in itself. */
export const objects: Group = (api) => {
  const send = (name: string, expected: string, path: string, options: Options = {}): Case => ({
    group,
    name,
    expected,
    writes: (options.method ?? 'GET') !== 'GET',
    run: async () => describeAnswer(await as(api, path, options)),
  });
  const put = (
    name: string,
    expected: string,
    body: string | Buffer,
    headers: Record<string, string> = create,
  ) => send(name, expected, 'documents/attack', { method: 'PUT', headers, body });
  const property = (name: string) =>
    put(`a body that names ${name}`, badRequest, `{"title":"t","text":"t","${name}":"x"}`);
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
    ...[
      'owner',
      'tid',
      'tenant',
      'oid',
      'roles',
      'id',
      'modified',
      '__proto__',
      'constructor',
      'etag',
      'partitionKey',
    ].map(property),
    ...['userId', 'oid', 'tid', 'roles', '__proto__'].map((name) =>
      send(`a profile that names ${name}`, badRequest, 'profiles/me', {
        method: 'PUT',
        headers: create,
        body: `{"displayName":"x","${name}":"x"}`,
      }),
    ),
    put('a body of 1 MiB + 1', '413 too_large', big),
    put('a body that claims 1 TiB', '413 too_large or 500 or 413 or closed', good, {
      ...create,
      'content-length': String(2 ** 40),
    }),
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
    ].map((type) =>
      put(`content type ${type}`, '415 unsupported_media_type', good, {
        ...create,
        'content-type': type,
      }),
    ),
    put('a compressed body', '415 unsupported_media_type', good, {
      ...create,
      'content-encoding': 'gzip',
    }),
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
    put('a precondition that guards nothing', '428 precondition_required', good, {
      ...json,
      'if-match': '*',
    }),
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
    ].map((query) =>
      send(
        `documents?${query.slice(0, 40)}`,
        query === 'limit[]=1' ? '200' : badRequest,
        `documents?${query}`,
      ),
    ),
    stale(api),
  ];
};

const stale = (api: Api): Case => ({
  group,
  name: 'a stale version, again as new, and without a precondition',
  expected: '412 conflict, 412 conflict, 428 precondition_required',
  writes: true,
  async run() {
    const { id, etag } = await created(api);
    const tries = [{ ...json, 'if-match': '"stale"' }, create, json];
    const got: string[] = [];
    for (const headers of tries)
      got.push(
        describeAnswer(await as(api, `documents/${id}`, { method: 'PUT', headers, body: good })),
      );
    await remove(api, id, etag);
    return got.join(', ');
  },
});

import { type Api, type Case, type CreateCases, describeResponse } from './case.ts';
import {
  createDocument,
  createHeaders,
  deleteDocument,
  jsonHeaders,
  type RequestOptions,
  sendWithToken,
  validBody,
} from './documents.ts';

const notFound = '404 not_found';
const badRequest = '400 bad_request';
const unsupportedMediaType = '415 unsupported_media_type';
const preconditionRequired = '428 precondition_required';
const mib = 1024 * 1024;
const tib = 2 ** 40;

/** Invalid bodies, headers, ids and queries, sent to existing routes with a valid token. */
export const objects: CreateCases = (api) => [
  ...unknownPropertyCases(api),
  ...bodySizeCases(api),
  ...mediaTypeCases(api),
  ...malformedBodyCases(api),
  ...preconditionCases(api),
  ...documentIdCases(api),
  ...userIdCases(api),
  ...queryCases(api),
  staleVersionCase(api),
];

/** Creates a case with a request; all methods but GET could write. */
function requestCase(
  api: Api,
  name: string,
  expected: string,
  path: string,
  options: RequestOptions = {},
): Case {
  return {
    name,
    expected,
    writes: options.method !== undefined && options.method !== 'GET',
    run: async () => describeResponse(await sendWithToken(api, path, options)),
  };
}

/** Creates a case that tries to create a document with the given body and headers. */
function putCase(
  api: Api,
  name: string,
  expected: string,
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = createHeaders,
): Case {
  return requestCase(api, name, expected, 'documents/attack', { method: 'PUT', headers, body });
}

/** Properties that only the API may set: owners, tenants, roles and others. */
function unknownPropertyCases(api: Api): readonly Case[] {
  const documentProperties = [
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
  ];
  const profileProperties = ['userId', 'oid', 'tid', 'roles', '__proto__'];
  return [
    ...documentProperties.map((name) =>
      putCase(
        api,
        `a document with the property ${name}`,
        badRequest,
        `{"title":"t","text":"t","${name}":"x"}`,
      ),
    ),
    ...profileProperties.map((name) =>
      requestCase(api, `a profile with the property ${name}`, badRequest, 'profiles/me', {
        method: 'PUT',
        headers: createHeaders,
        body: `{"displayName":"x","${name}":"x"}`,
      }),
    ),
  ];
}

function bodySizeCases(api: Api): readonly Case[] {
  return [
    putCase(api, 'a body of 1 MiB and 1 byte', '413 too_large', Buffer.alloc(mib + 1, ' ')),
    putCase(api, 'a Content-Length of 1 TiB', '413 too_large or 500 or 413 or closed', validBody, {
      ...createHeaders,
      'content-length': String(tib),
    }),
    requestCase(api, 'a body in chunks', '411 length_required', 'documents/attack', {
      method: 'PUT',
      headers: createHeaders,
      body: validBody,
      chunked: true,
    }),
  ];
}

function mediaTypeCases(api: Api): readonly Case[] {
  const mediaTypes = [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonx',
    'text/json',
    'application/json; charset=utf-16',
    'application/json, text/plain',
    'application/merge-patch+json',
  ];
  return [
    ...mediaTypes.map((mediaType) =>
      putCase(api, `Content-Type ${mediaType}`, unsupportedMediaType, validBody, {
        ...createHeaders,
        'content-type': mediaType,
      }),
    ),
    putCase(api, 'a compressed body', unsupportedMediaType, validBody, {
      ...createHeaders,
      'content-encoding': 'gzip',
    }),
  ];
}

function malformedBodyCases(api: Api): readonly Case[] {
  const bodies = [
    { name: 'empty', body: '' },
    { name: 'incomplete', body: '{"title":' },
    { name: 'an object with a trailing comma', body: '{"title":"t","text":"t",}' },
    { name: 'two objects', body: `${validBody}${validBody}` },
    { name: 'an array', body: '[]' },
    { name: 'null', body: 'null' },
    { name: 'a string', body: '"x"' },
    { name: 'a document whose title is a number', body: '{"title":1,"text":"t"}' },
    { name: 'a document whose text is an object', body: '{"title":"t","text":{}}' },
    {
      name: 'a document whose readers are a string',
      body: '{"title":"t","text":"t","readers":"x"}',
    },
    { name: '10,000 nested arrays', body: `${'['.repeat(10_000)}${']'.repeat(10_000)}` },
    { name: 'not UTF-8', body: Buffer.from([0x7b, 0xff, 0x7d]) },
  ];
  return bodies.map(({ name, body }) => putCase(api, `the body is ${name}`, badRequest, body));
}

function preconditionCases(api: Api): readonly Case[] {
  return [
    putCase(api, 'no precondition', preconditionRequired, validBody, jsonHeaders),
    putCase(api, 'If-Match: *, which prevents no lost update', preconditionRequired, validBody, {
      ...jsonHeaders,
      'if-match': '*',
    }),
    putCase(api, 'both If-Match and If-None-Match', badRequest, validBody, {
      ...createHeaders,
      'if-match': '"x"',
    }),
  ];
}

function documentIdCases(api: Api): readonly Case[] {
  const ids: readonly { name?: string; id: string; expected: string }[] = [
    { name: 'of 65 characters', id: 'x'.repeat(65), expected: badRequest },
    { name: 'of 4 KB', id: 'x'.repeat(4_000), expected: badRequest },
    { name: 'of 10 KB', id: 'x'.repeat(10_000), expected: '414 or closed' },
    { id: '..%2F..%2Fcaller', expected: badRequest },
    { id: '..%5C..%5Ccaller', expected: badRequest },
    { id: '%2e%2e%2f', expected: badRequest },
    { id: '../../../health', expected: '404 not_found or 404' },
    { id: 'a%00b', expected: '400 or 400 bad_request' },
    { id: 'a%0d%0ab', expected: badRequest },
    { id: '%ff', expected: badRequest },
    { id: "o'brien", expected: badRequest },
    { id: 'a%20b', expected: badRequest },
    { id: 'a;b', expected: badRequest },
    { id: '$filter', expected: badRequest },
    { id: '__proto__', expected: notFound },
    { id: 'constructor', expected: notFound },
    { id: 'toString', expected: notFound },
  ];
  return ids.map(({ id, name = id, expected }) =>
    requestCase(api, `document id ${name}`, expected, `documents/${id}`),
  );
}

function userIdCases(api: Api): readonly Case[] {
  const ids = ['alice', '1', '..%2Fme', '__proto__', '%00', 'x'.repeat(200)];
  return ids.map((id) =>
    requestCase(api, `user id ${id.slice(0, 20)}`, '400 bad_request or 400', `profiles/${id}`),
  );
}

function queryCases(api: Api): readonly Case[] {
  const invalidQueries = [
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
    'continuation=..%2F',
    'continuation=a%20b',
    `continuation=${'x'.repeat(65)}`,
    "continuation='%20or%20true",
  ];
  const unknownParameter = 'limit[]=1';
  const queryCase = (query: string, expected: string) =>
    requestCase(api, `query ${query.slice(0, 40)}`, expected, `documents?${query}`);
  return [
    ...invalidQueries.map((query) => queryCase(query, badRequest)),
    queryCase(unknownParameter, '200'),
  ];
}

function staleVersionCase(api: Api): Case {
  return {
    name: 'writes to an existing document: a stale ETag, If-None-Match: *, no precondition',
    expected: '412 conflict, 412 conflict, 428 precondition_required',
    writes: true,
    async run() {
      const document = await createDocument(api);
      const headersOfWrites = [
        { ...jsonHeaders, 'if-match': '"stale"' },
        createHeaders,
        jsonHeaders,
      ];
      const outcomes: string[] = [];
      for (const headers of headersOfWrites) {
        const response = await sendWithToken(api, `documents/${document.id}`, {
          method: 'PUT',
          headers,
          body: validBody,
        });
        outcomes.push(describeResponse(response));
      }
      await deleteDocument(api, document);
      return outcomes.join(', ');
    },
  };
}

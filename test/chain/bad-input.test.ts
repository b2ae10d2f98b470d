import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { call } from '../support/call.ts';
import { rawRequest, sendRaw } from '../support/raw-http.ts';
import { type Stack, startStack } from '../support/stack.ts';

let stack: Stack;
/** Both APIs, each with a token that it takes. */
let apis: { name: string; base: string; token: string; foreign: string; clientOrigin: boolean }[];

beforeAll(async () => {
  stack = await startStack();
  const a = await stack.token('alice');
  const b = await stack.token('alice', {
    client: 'original-api',
    acrs: 'c1',
    scope: ['Documents.Read', 'Documents.ReadWrite', 'Profile.Read', 'Profile.ReadWrite']
      .map((scope) => `downstream-api/${scope}`)
      .join(','),
  });
  apis = [
    { name: 'Original', base: stack.urls.originalApi, token: a, foreign: b, clientOrigin: true },
    {
      name: 'Downstream',
      base: stack.urls.downstreamApi,
      token: b,
      foreign: a,
      clientOrigin: false,
    },
  ];
}, 120_000);
afterAll(() => stack?.stop());

const document = { title: 'A title', text: 'A text' };
const create = { 'if-none-match': '*' };

describe.each([0, 1])('at API %i of the chain', (index) => {
  const at = (path: string) => `${apis[index]?.base}/${path}`;
  const token = () => apis[index]?.token as string;
  const put = (path: string, json: unknown, headers: Record<string, string> = create) =>
    call(at(path), { token: token(), method: 'PUT', json, headers });

  test('no token, another scheme, or a token in the query only: 401 without an error', async () => {
    const tries = [
      call(at('documents')),
      call(at('documents'), { headers: { authorization: 'Basic dTpw' } }),
      call(`${at('documents')}?access_token=${token()}`),
    ];
    for (const { status, headers } of await Promise.all(tries)) {
      expect(status).toBe(401);
      expect(headers.get('www-authenticate')).toMatch(
        /^Bearer realm="[^"]+", authorization_uri="[^"]+\/oauth2\/v2.0\/authorize"$/,
      );
    }
  });

  test('two tokens, two headers, two transports or a malformed header: 400', async () => {
    const port = Number(new URL(at('')).port);
    const path = new URL(at('documents')).pathname;
    const two = await sendRaw(
      port,
      rawRequest(`GET ${path}`, [
        `Authorization: Bearer ${token()}`,
        `Authorization: Bearer ${token()}`,
      ]),
    );
    expect([two.status, JSON.parse(two.body).code]).toEqual([400, 'invalid_request']);
    for (const authorization of [
      `Bearer ${token()} ${token()}`,
      `Bearer ${token()}, Bearer ${token()}`,
      'Bearer',
      'Bearer [object Object]',
    ]) {
      expect(await call(at('documents'), { headers: { authorization } })).toMatchObject({
        status: 400,
        json: { code: 'invalid_request' },
      });
    }
    expect((await call(`${at('documents')}?access_token=x`, { token: token() })).status).toBe(400);
  });

  test('expired, foreign, opaque or oversized tokens: 401 invalid_token, and only "expired" differs', async () => {
    const parts = token().split('.');
    const tokens = [
      apis[index]?.foreign as string,
      'null',
      'undefined',
      'opaque',
      `${parts[0]}.${parts[1]}.AAAA`,
      'x'.repeat(20 * 1024),
    ];
    const answers = await Promise.all(tokens.map((bad) => call(at('documents'), { token: bad })));
    const bodies = answers.map(({ status, json: { correlationId: _, ...rest } }) =>
      JSON.stringify({ status, rest }),
    );
    expect(new Set(bodies).size).toBe(1);
    expect(answers[0]).toMatchObject({
      status: 401,
      json: { code: 'invalid_token', detail: 'The access token is invalid.' },
    });
  });

  test('an unknown route or a wrong method: 404 as a problem, with or without a token', async () => {
    for (const [method, path] of [
      ['GET', 'nothing/here'],
      ['POST', 'documents'],
      ['PATCH', 'documents/x'],
      ['DELETE', 'documents'],
      ['POST', 'profiles/me'],
    ] as const) {
      expect(await call(at(path), { method, token: token() })).toMatchObject({
        status: 404,
        json: { code: 'not_found' },
      });
      expect((await call(at(path), { method })).status).toBe(404);
    }
    expect((await call(at('documents'), { method: 'HEAD', token: token() })).status).toBe(404);
  });

  const bodies: [
    string,
    number,
    string,
    NonNullable<RequestInit['body']>,
    Record<string, string>,
  ][] = [
    ['broken JSON', 400, 'bad_request', '{"title":', { 'content-type': 'application/json' }],
    [
      'bytes that are not UTF-8',
      400,
      'bad_request',
      Buffer.from([0x22, 0xff, 0x22]),
      { 'content-type': 'application/json' },
    ],
    ['no body', 400, 'bad_request', '', { 'content-type': 'application/json' }],
    ['a wrong content type', 415, 'unsupported_media_type', '{}', { 'content-type': 'text/plain' }],
    [
      'another charset',
      415,
      'unsupported_media_type',
      '{}',
      { 'content-type': 'application/json; charset=utf-16' },
    ],
    [
      'a compressed body',
      415,
      'unsupported_media_type',
      '{}',
      { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    ],
    [
      'a body over 1 MiB',
      413,
      'too_large',
      JSON.stringify({ title: 'x', text: 'y'.repeat(1024 * 1024) }),
      { 'content-type': 'application/json' },
    ],
  ];
  test.each(bodies)('%s: %i', async (_name, status, code, body, headers) => {
    const answer = await call(at('documents/some-id'), {
      token: token(),
      method: 'PUT',
      headers: { ...create, ...headers },
      body,
    });
    expect(answer).toMatchObject({ status, json: { code, correlationId: expect.any(String) } });
  });

  test('a chunked body: 411', async () => {
    const { port, pathname } = new URL(at('documents/some-id'));
    const head = [
      `Authorization: Bearer ${token()}`,
      'Content-Type: application/json',
      'If-None-Match: *',
      'Transfer-Encoding: chunked',
    ];
    const answer = await sendRaw(
      Number(port),
      rawRequest(`PUT ${pathname}`, head, '2\r\n{}\r\n0\r\n\r\n'),
    );
    expect([answer.status, JSON.parse(answer.body).code]).toEqual([411, 'length_required']);
  });

  const wrong: [string, unknown, string][] = [
    [
      'properties that nobody may send',
      { ...document, owner: 'x', tid: 'y', roles: [] },
      "Unknown property 'owner'. Unknown property 'tid'. Unknown property 'roles'.",
    ],
    ['a title that is missing', { text: 'x' }, "'title' is missing."],
    ['a blank title', { title: ' ', text: 'x' }, "'title' must not be blank."],
    ['a text that is a number', { title: 'x', text: 7 }, "'text' must be a string."],
    [
      'readers that are names',
      { ...document, readers: ['bob'] },
      "'readers' must contain object ids (GUIDs) only.",
    ],
    ['a list', [], 'The body must be a JSON object.'],
    ['a text', 'x', 'The body must be a JSON object.'],
    ['null', null, 'The body must be a JSON object.'],
  ];
  test.each(wrong)('%s: 400 and the reason', async (_name, json, detail) => {
    expect((await put('documents/some-id', json)).json).toMatchObject({
      status: 400,
      code: 'bad_request',
      detail,
    });
  });

  test.each(['a b', 'x'.repeat(65), 'a%2Fb', '..%2fcaller', "o'brien", '%252e%252e'])(
    'the id %s: 400',
    async (id) => {
      expect((await call(at(`documents/${id}`), { token: token() })).json).toMatchObject({
        status: 400,
        code: 'bad_request',
      });
    },
  );

  test.each(['a.b', 'a..b', '...', '.a', 'a.', '-_.', 'x.'.repeat(32)])(
    'the id %s is a name: created, listed, paged behind, read, deleted',
    async (id) => {
      const created = await put(`documents/${id}`, document);
      expect(created).toMatchObject({ status: 201, json: { id } });
      const list = await call(at('documents?limit=100'), { token: token() });
      expect(list.json.documents.map((listed: { id: string }) => listed.id)).toContain(id);
      expect((await call(`${at('documents')}?continuation=${id}`, { token: token() })).status).toBe(
        200,
      );
      expect(
        (await call(at(`documents/${id.replaceAll('.', '%2E')}`), { token: token() })).json,
      ).toMatchObject({ id, text: 'A text' });
      const headers = { 'if-match': created.headers.get('etag') as string };
      expect(
        (await call(at(`documents/${id}`), { token: token(), method: 'DELETE', headers })).status,
      ).toBe(204);
    },
  );

  test.each(['.', '..', '%2e', '%2E%2e', './', '%2e%2e/'])(
    'the id %s is a step in the path, as at every web server, and names no document',
    async (id) => {
      const { port, pathname } = new URL(at(''));
      const body = JSON.stringify(document);
      const send = (method: string, more: readonly string[] = [], body = '') =>
        sendRaw(
          Number(port),
          rawRequest(
            `${method} ${pathname}documents/${id}`,
            [`Authorization: Bearer ${token()}`, ...more],
            body,
          ),
        );
      const json = ['Content-Type: application/json', `Content-Length: ${body.length}`];
      const answers = [
        await send('PUT', ['If-None-Match: *', ...json], body),
        await send('PUT', ['If-Match: "x"', ...json], body),
        await send('DELETE', ['If-Match: "x"']),
      ];
      expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
      expect((await send('GET')).body).not.toContain('"text"');
    },
  );

  test('an id that is a name of JavaScript is a name like others', async () => {
    for (const id of ['__proto__', 'constructor'])
      expect((await call(at(`documents/${id}`), { token: token() })).status).toBe(404);
  });

  test('a user who is no GUID: 400', async () => {
    for (const id of ['alice', '1', 'c0705000-0000-4000-8000-00000000c00'])
      expect((await call(at(`profiles/${id}`), { token: token() })).status).toBe(400);
  });

  test('a missing precondition: 428; one that guards nothing, too; a stale one: 412; both: 400', async () => {
    const id = `documents/precondition-${index}`;
    expect((await put(id, document, {})).json).toMatchObject({
      status: 428,
      code: 'precondition_required',
    });
    expect((await put(id, document, { 'if-match': '*' })).status).toBe(428);
    const created = await put(id, document);
    expect(created).toMatchObject({
      status: 201,
      json: { title: 'A title', readers: [], writers: [] },
    });
    expect((await put(id, document)).json).toMatchObject({ status: 412, code: 'conflict' });
    expect((await put(id, document, { 'if-match': '"stale"' })).json).toMatchObject({
      status: 412,
      code: 'conflict',
    });
    const etag = created.headers.get('etag') as string;
    expect((await put(id, document, { 'if-match': etag, 'if-none-match': '*' })).status).toBe(400);
    expect(
      (await put(id, document, { 'if-match': '"stale", W/"other, older"' })).json,
    ).toMatchObject({ status: 412, code: 'conflict' });
    const newer = (
      await put(id, document, { 'if-match': `"stale, or not", ${etag},"x"` })
    ).headers.get('etag') as string;
    expect((await put(id, document, { 'if-match': `${newer}, ${etag}` })).status).toBe(200);
    expect((await call(at(id), { token: token(), method: 'DELETE' })).status).toBe(428);
    expect((await put('profiles/me', { displayName: 'A' }, {})).status).toBe(428);
    expect((await put('profiles/me', { displayName: 'A' }, { 'if-match': '"stale"' })).status).toBe(
      412,
    );
  });

  test('a text over the limit of a row: 413 that names the limit', async () => {
    const answer = await put('documents/long', { title: 'x', text: 'y'.repeat(32 * 1024 + 1) });
    expect(answer).toMatchObject({
      status: 413,
      json: { code: 'too_large', detail: expect.stringContaining('64 KiB') },
    });
    expect(
      (await put(`documents/longest-${index}`, { title: 'x', text: 'y'.repeat(32 * 1024) })).status,
    ).toBe(201);
  });

  test.each([
    'limit=0',
    'limit=101',
    'limit=1000000000',
    'limit=-1',
    'limit=NaN',
    'limit=1e1',
    'limit=5&limit=6',
    'continuation=a%20b',
    `continuation=${'x'.repeat(65)}`,
  ])('a page of %s: 400', async (query) => {
    expect((await call(`${at('documents')}?${query}`, { token: token() })).json).toMatchObject({
      status: 400,
      code: 'bad_request',
    });
  });

  test('health says that it lives and nothing else', async () => {
    expect(await call(at('health'))).toMatchObject({ status: 200, text: '{"status":"ok"}' });
  });

  test('every answer may not be stored or sniffed', async () => {
    for (const answer of [
      await call(at('documents')),
      await call(at('documents'), { token: token() }),
      await call(at('nothing')),
    ]) {
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    }
  });
});

describe('CORS', () => {
  test('a preflight from the Client App needs no token', async () => {
    const answer = await call(`${apis[0]?.base}/documents/x`, {
      method: 'OPTIONS',
      headers: {
        origin: stack.urls.clientApp,
        'access-control-request-method': 'PUT',
        'access-control-request-headers': 'authorization,if-match',
      },
    });
    expect(answer.status).toBe(204);
    expect(answer.headers.get('access-control-allow-origin')).toBe(stack.urls.clientApp);
    expect(answer.headers.get('access-control-allow-methods')).toContain('PUT');
    expect(answer.headers.get('access-control-allow-headers')).toContain('if-match');
  });

  test('errors are as readable for the Client App as successes', async () => {
    for (const path of ['documents', 'nothing']) {
      const { headers } = await call(`${apis[0]?.base}/${path}`, {
        headers: { origin: stack.urls.clientApp },
      });
      expect(headers.get('access-control-allow-origin')).toBe(stack.urls.clientApp);
      expect(headers.get('access-control-expose-headers')).toBe(
        'WWW-Authenticate, Retry-After, ETag',
      );
    }
  });

  test('other origins get nothing, and Downstream is for no browser at all', async () => {
    const clientApp = stack.urls.clientApp;
    for (const origin of [
      'https://evil.example',
      'null',
      `${clientApp}.evil.example`,
      clientApp.replace('http:', 'https:'),
      `${clientApp}/`,
    ]) {
      for (const method of ['GET', 'OPTIONS']) {
        const { headers } = await call(`${apis[0]?.base}/documents`, {
          method,
          headers: { origin },
        });
        expect(headers.get('access-control-allow-origin')).toBeNull();
      }
    }
    const { headers } = await call(`${apis[1]?.base}/documents`, {
      headers: { origin: clientApp },
    });
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });
});

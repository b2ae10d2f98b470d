import { describe, expect, test } from '@jest/globals';
import { ApiError } from '../../../../shared/api-error.ts';
import { encodeClaims } from '../../../../shared/http/challenge.ts';
import { createDownstream, type Downstream } from '../../../../shared/http/downstream.ts';
import type { DownstreamBodyOptions } from '../../../../shared/http/downstream-request.ts';
import { defaultScope, json, type Response, startDownstream } from './downstream-setup.ts';

const claims = { access_token: { acrs: { essential: true, value: 'c1' } } };
const otherClaims = { access_token: { nbf: { essential: true, value: '1' } } };

/** A claims challenge as Microsoft Graph sends it. */
const challenge = (requested: object = claims): Response => ({
  status: 401,
  headers: {
    'www-authenticate':
      'Bearer realm="", authorization_uri="https://login.example/common/oauth2/authorize", ' +
      `error="insufficient_claims", claims="${encodeClaims(requested)}"`,
  },
});

const ok = () => json(200, {});

describe('a request', () => {
  const verbs: readonly { verb: keyof Downstream; method: string }[] = [
    { verb: 'get', method: 'GET' },
    { verb: 'head', method: 'HEAD' },
    { verb: 'delete', method: 'DELETE' },
    { verb: 'post', method: 'POST' },
    { verb: 'put', method: 'PUT' },
    { verb: 'patch', method: 'PATCH' },
  ];

  test.each(verbs)('is sent by $verb as $method', async ({ verb, method }) => {
    const { downstream, call, requests } = await startDownstream(ok);
    await downstream[verb](call, 'things/1?a=b', { query: { c: 'd e' } });
    expect(requests).toMatchObject([{ method, url: '/api/things/1?a=b&c=d+e', body: '' }]);
  });

  test('carries the token and the trace, and none of the headers of the call', async () => {
    const { downstream, call, requests, origin } = await startDownstream(ok);
    await downstream.get(call, 'things');
    expect(requests[0]?.headers).toEqual({
      host: origin.replace('http://', ''),
      connection: 'keep-alive',
      'accept-encoding': 'identity',
      authorization: 'Bearer B1',
      traceparent: '00-a-b-01',
    });
  });

  test('carries the headers that it is given, except for absent ones', async () => {
    const { downstream, call, requests } = await startDownstream(ok);
    const headers = { 'If-Match': '"1"', 'accept-language': null, prefer: undefined };
    await downstream.get(call, 'things', { headers });
    expect(requests[0]?.headers).toMatchObject({ 'if-match': '"1"' });
    expect(requests[0]?.headers).not.toHaveProperty('accept-language');
    expect(requests[0]?.headers).not.toHaveProperty('prefer');
  });

  test.each([
    'Authorization',
    'HOST',
    'content-length',
    'content-type',
    'transfer-encoding',
    'accept-encoding',
    'connection',
    'keep-alive',
    'proxy-connection',
    'te',
    'trailer',
    'upgrade',
    'expect',
    'traceparent',
  ])('is refused if it sets %s itself', async (name) => {
    const { downstream, call, requests } = await startDownstream(ok);
    const headers = { [name]: 'x' };
    await expect(downstream.get(call, 'things', { headers })).rejects.toThrow(TypeError);
    expect(requests).toHaveLength(0);
  });

  test.each<{ name: string; options: DownstreamBodyOptions }>([
    { name: 'a line break in a header', options: { headers: { 'x-id': '1\r\nhost: evil' } } },
    { name: 'a character beyond Latin-1', options: { headers: { 'x-id': '\u20ac' } } },
    { name: 'a name that is no token', options: { headers: { 'x-id:': '1' } } },
    { name: 'no name', options: { headers: { '': '1' } } },
    { name: 'a line break in its media type', options: { text: 'a', contentType: 'a\r\nb: c' } },
  ])('with $name is refused before an exchange', async ({ options }) => {
    const { downstream, call, requests, exchanges } = await startDownstream(ok);
    const sent = downstream.post(call, 'things', options);
    await expect(sent).rejects.toMatchObject({ name: 'TypeError' });
    expect(requests).toHaveLength(0);
    expect(exchanges).toHaveLength(0);
  });

  test.each(['../admin', '//evil.example', 'https://evil.example/'])(
    'to %p is refused before the exchange',
    async (path) => {
      const { downstream, call, requests, exchanges } = await startDownstream(ok);
      await expect(downstream.get(call, path)).rejects.toThrow(TypeError);
      expect(exchanges).toHaveLength(0);
      expect(requests).toHaveLength(0);
    },
  );

  test('without scopes is refused', async () => {
    const { downstream, call, requests } = await startDownstream(ok, { scopes: [] });
    await expect(downstream.get(call, 'things')).rejects.toThrow(/has no scopes/);
    expect(requests).toHaveLength(0);
  });

  test('has the scopes of its downstream unless it names others', async () => {
    const { downstream, call, exchanges } = await startDownstream(ok);
    await downstream.get(call, 'things');
    await downstream.get(call, 'things', { scopes: ['https://graph.example/Mail.Read'] });
    expect(exchanges.map(({ scopes }) => scopes)).toEqual([
      [defaultScope],
      ['https://graph.example/Mail.Read'],
    ]);
  });

  test.each<{ audiences?: readonly string[] }>([{ audiences: ['d', 'api://d'] }, {}])(
    'has the audiences of its downstream: %p',
    async (options) => {
      const { downstream, call, exchanges } = await startDownstream(ok, options);
      await downstream.get(call, 'things');
      expect(exchanges[0]?.audiences).toEqual(options.audiences);
    },
  );
});

describe('a body', () => {
  const bytes = new Uint8Array([0x61, 0x62]);
  const bodies: readonly {
    name: string;
    options: DownstreamBodyOptions;
    contentType: string | undefined;
    body: string;
  }[] = [
    {
      name: 'an object',
      options: { json: { id: 1 } },
      contentType: 'application/json',
      body: '{"id":1}',
    },
    { name: 'null', options: { json: null }, contentType: 'application/json', body: 'null' },
    { name: 'zero', options: { json: 0 }, contentType: 'application/json', body: '0' },
    {
      name: 'a merge patch',
      options: { json: { a: null }, contentType: 'application/merge-patch+json' },
      contentType: 'application/merge-patch+json',
      body: '{"a":null}',
    },
    {
      name: 'text',
      options: { text: 'ä' },
      contentType: 'text/plain; charset=utf-8',
      body: 'ä',
    },
    {
      name: 'an empty text',
      options: { text: '' },
      contentType: 'text/plain; charset=utf-8',
      body: '',
    },
    {
      name: 'XML',
      options: { text: '<a/>', contentType: 'application/xml' },
      contentType: 'application/xml',
      body: '<a/>',
    },
    {
      name: 'bytes',
      options: { bytes, contentType: 'image/png' },
      contentType: 'image/png',
      body: 'ab',
    },
    { name: 'none', options: {}, contentType: undefined, body: '' },
  ];

  test.each(bodies)('of $name is sent with its media type', async (row) => {
    const { downstream, call, requests } = await startDownstream(ok);
    await downstream.post(call, 'things', row.options);
    expect(requests[0]?.body).toBe(row.body);
    expect(requests[0]?.headers['content-type']).toBe(row.contentType);
    expect(requests[0]?.headers['content-length']).toBe(String(Buffer.byteLength(row.body)));
  });
});

describe('a claims challenge', () => {
  test('leads to exactly one exchange with its claims and one more request', async () => {
    const { downstream, call, requests, exchanges } = await startDownstream(({ headers }) =>
      headers.authorization === 'Bearer B1' ? challenge() : json(200, { id: 1 }),
    );
    expect(await downstream.get(call, 'me')).toMatchObject({ status: 200, json: { id: 1 } });
    expect(exchanges.map((exchange) => exchange.claims)).toEqual([undefined, claims]);
    expect(requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer B1',
      'Bearer B2',
    ]);
  });

  test('repeats a request with its body', async () => {
    const { downstream, call, requests } = await startDownstream(({ headers }) =>
      headers.authorization === 'Bearer B1' ? challenge() : json(201, {}),
    );
    await downstream.post(call, 'things', { json: { id: 1 } });
    expect(requests.map(({ body }) => body)).toEqual(['{"id":1}', '{"id":1}']);
  });

  test('is noted in the log', async () => {
    const { downstream, call, logContext } = await startDownstream(({ headers }) =>
      headers.authorization === 'Bearer B1' ? challenge() : ok(),
    );
    await downstream.get(call, 'me');
    expect(logContext).toEqual({ exchange: 'repeated for a claims challenge' });
  });

  test('leaves the new token in the cache', async () => {
    const { downstream, call, exchanges } = await startDownstream(({ headers }) =>
      headers.authorization === 'Bearer B1' ? challenge() : ok(),
    );
    await downstream.get(call, 'me');
    await downstream.get(call, 'me');
    expect(exchanges).toHaveLength(2);
  });

  test.each([true, false])(
    'is passed on if it is repeated (throwOnError: %p)',
    async (throwOnError) => {
      const { downstream, call, requests } = await startDownstream(({ headers }) =>
        challenge(headers.authorization === 'Bearer B1' ? claims : otherClaims),
      );
      await expect(downstream.get(call, 'me', { throwOnError })).rejects.toMatchObject({
        code: 'step_up_required',
        options: { claims: otherClaims },
      });
      expect(requests).toHaveLength(2);
    },
  );

  test('is answered although errors are not thrown', async () => {
    const { downstream, call } = await startDownstream(({ headers }) =>
      headers.authorization === 'Bearer B1' ? challenge() : { status: 404 },
    );
    expect(await downstream.get(call, 'me', { throwOnError: false })).toMatchObject({
      status: 404,
    });
  });

  test("becomes Entra's refusal if Entra refuses the exchange", async () => {
    const { downstream, call, refuse, requests } = await startDownstream(() => {
      refuse(new ApiError('step_up_required', { claims: otherClaims }));
      return challenge();
    });
    await expect(downstream.get(call, 'me')).rejects.toMatchObject({
      code: 'step_up_required',
      options: { claims: otherClaims },
    });
    expect(requests).toHaveLength(1);
  });

  test('in the body is read from one’s own API', async () => {
    const body = { code: 'step_up_required', claims };
    const { downstream, call, exchanges } = await startDownstream(
      ({ headers }) => (headers.authorization === 'Bearer B1' ? json(401, body) : ok()),
      { own: true },
    );
    await downstream.get(call, 'me');
    expect(exchanges.map((exchange) => exchange.claims)).toEqual([undefined, claims]);
  });
});

describe('a token that the API rejects without a challenge', () => {
  test('is not used again', async () => {
    const { downstream, call, exchanges, requests } = await startDownstream(({ headers }) =>
      headers.authorization === 'Bearer B1' ? { status: 401 } : ok(),
    );
    await expect(downstream.get(call, 'me')).rejects.toMatchObject({ code: 'bad_gateway' });
    expect(await downstream.get(call, 'me')).toMatchObject({ status: 200 });
    expect(exchanges).toHaveLength(2);
    expect(requests).toHaveLength(2);
  });

  test('is not used again if it was the answer to a challenge', async () => {
    const { downstream, call, exchanges } = await startDownstream(({ headers }) => {
      if (headers.authorization === 'Bearer B1') return challenge();
      return headers.authorization === 'Bearer B2' ? { status: 401 } : ok();
    });
    await expect(downstream.get(call, 'me')).rejects.toMatchObject({ code: 'bad_gateway' });
    expect(await downstream.get(call, 'me')).toMatchObject({ status: 200 });
    expect(exchanges).toHaveLength(3);
  });
});

describe('a connection that breaks', () => {
  const attempts: readonly { verb: keyof Downstream; requests: number }[] = [
    { verb: 'get', requests: 2 },
    { verb: 'head', requests: 2 },
    { verb: 'post', requests: 1 },
    { verb: 'put', requests: 1 },
    { verb: 'patch', requests: 1 },
    { verb: 'delete', requests: 1 },
  ];

  test.each(attempts)('makes $verb send $requests requests', async ({ verb, requests }) => {
    const server = await startDownstream(() => undefined);
    await expect(server.downstream[verb](server.call, 'me')).rejects.toMatchObject({
      code: 'bad_gateway',
      options: { logContext: { failure: 'broken' } },
    });
    expect(server.requests).toHaveLength(requests);
  });
});

test('an API that cannot be reached is unavailable', async () => {
  const { call, onBehalfOf } = await startDownstream(ok);
  const baseUrl = 'http://127.0.0.1:1/';
  const downstream = createDownstream({ baseUrl, scopes: ['a'], onBehalfOf, name: 'orders' });
  await expect(downstream.get(call, 'me')).rejects.toMatchObject({
    code: 'unavailable',
    options: { detail: 'The orders service is not answering. Try again later.' },
  });
});

describe('the size of a response', () => {
  const body = 'x'.repeat(10);

  test('may be as large as the limit', async () => {
    const { downstream, call } = await startDownstream(() => ({ status: 200, body }), {
      maxResponseBytes: 10,
    });
    expect((await downstream.get(call, 'me')).text).toBe(body);
  });

  test('must not exceed the limit', async () => {
    const { downstream, call } = await startDownstream(() => ({ status: 200, body }), {
      maxResponseBytes: 9,
    });
    await expect(downstream.get(call, 'me')).rejects.toMatchObject({
      code: 'bad_gateway',
      options: { logContext: { failure: 'too_large' } },
    });
  });
});

test('several APIs share one exchange cache', async () => {
  const first = await startDownstream(ok);
  const { call, onBehalfOf, exchanges } = first;
  const second = await startDownstream(ok, { onBehalfOf });
  const third = await startDownstream(ok, { onBehalfOf, scopes: ['https://third.example/Read'] });
  for (const { downstream } of [first, second, third, first, second, third])
    await downstream.get(call, 'me');
  // The first two have the same scopes.
  expect(exchanges.map(({ scopes }) => scopes[0])).toEqual([
    defaultScope,
    'https://third.example/Read',
  ]);
});

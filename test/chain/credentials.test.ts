import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { call } from '../support/call.ts';
import { rawRequest, sendRaw } from '../support/raw-http.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { type Apis, apiNames, openApis } from './apis.ts';

const maxTokenBytes = 16 * 1024;

let stack: Stack;
let apis: Apis;
beforeAll(async () => {
  stack = await startStack();
  apis = await openApis(stack);
}, 120_000);
afterAll(() => stack?.stop());

describe.each(apiNames)('%s', (apiName) => {
  test.each([
    { name: 'the request has no token', headers: {}, tokenInQuery: false },
    {
      name: 'the request uses another scheme',
      headers: { authorization: 'Basic dTpw' },
      tokenInQuery: false,
    },
    { name: 'the token is only in the query', headers: {}, tokenInQuery: true },
  ])('returns 401 without an error code when $name', async ({ headers, tokenInQuery }) => {
    const { url, token } = apis[apiName];
    const query = tokenInQuery ? `?access_token=${token}` : '';
    const response = await call(`${url('documents')}${query}`, { headers });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(
      new RegExp(
        '^Bearer realm="[^"]+", authorization_uri="[^"]+/oauth2/v2.0/authorize", ' +
          'resource_metadata="[^"]+/.well-known/oauth-protected-resource"$',
      ),
    );
  });

  test('returns 400 for two Authorization headers', async () => {
    const { url, token } = apis[apiName];
    const { port, pathname } = new URL(url('documents'));
    const authorization = `Authorization: Bearer ${token}`;
    const request = rawRequest(`GET ${pathname}`, [authorization, authorization]);
    const response = await sendRaw(Number(port), request);
    expect(response.status).toBe(400);
    expect(JSON.parse(response.body).code).toBe('invalid_request');
  });

  test.each([
    { name: 'two tokens', write: (token: string) => `Bearer ${token} ${token}` },
    { name: 'two credentials', write: (token: string) => `Bearer ${token}, Bearer ${token}` },
    { name: 'no token', write: () => 'Bearer' },
    { name: 'a stringified object', write: () => 'Bearer [object Object]' },
  ])('returns 400 for an Authorization header with $name', async ({ write }) => {
    const { url, token } = apis[apiName];
    const authorization = write(token);
    expect(await call(url('documents'), { headers: { authorization } })).toMatchObject({
      status: 400,
      json: { code: 'invalid_request' },
    });
  });

  test('returns 400 when a token is in the header and in the query', async () => {
    expect((await apis[apiName].get('documents?access_token=x')).status).toBe(400);
  });

  test.each([
    { name: 'a token for the other API', make: (_: string, other: string) => other },
    { name: 'the text null', make: () => 'null' },
    { name: 'the text undefined', make: () => 'undefined' },
    { name: 'an opaque token', make: () => 'opaque' },
    {
      name: 'a token with another signature',
      make: (token: string) => `${token.split('.').slice(0, 2).join('.')}.AAAA`,
    },
    { name: 'an oversized token', make: () => 'x'.repeat(maxTokenBytes + 4 * 1024) },
  ])('returns 401 invalid_token without a reason for $name', async ({ make }) => {
    const { url, token, tokenForOtherApi } = apis[apiName];
    const response = await call(url('documents'), { token: make(token, tokenForOtherApi) });
    expect(response).toMatchObject({
      status: 401,
      json: { code: 'invalid_token', detail: 'The access token is invalid.' },
    });

    // A difference between the responses would show an attacker which check failed.
    const reference = await call(url('documents'), { token: 'any-text' });
    const { correlationId: _, ...problem } = reference.json;
    expect(response.json).toEqual({ ...problem, correlationId: expect.any(String) });
  });
});

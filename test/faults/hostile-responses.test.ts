import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Respond } from '../support/downstream.ts';
import { type Chain, startChain } from './chain.ts';
import { readUserOfExchange, respondWithStatus, sendJson } from './responses.ts';
import { signTokenB } from './token-endpoint.ts';

let chain: Chain;
let token: string;
beforeEach(async () => {
  chain = await startChain();
  token = await chain.token();
});
afterEach(() => chain.close());

const nestedLists = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

/** Creates a claims challenge for `count` authentication contexts. */
function requestContexts(count: number) {
  const values = Array.from({ length: count }, (_, index) => `context-${index}`);
  return { access_token: { acrs: { essential: true, values } } };
}

/** Creates a refusal of Entra's token endpoint. */
function refuse(body: object, status = 400, headers: Record<string, string> = {}): Respond {
  return (_, response) =>
    sendJson(response.writeHead(status, headers), { error: 'interaction_required', ...body });
}

/** Expects one log line, which is JSON and not longer than 2,000 characters. */
function expectOneLogLine(): void {
  expect(chain.log).toHaveLength(1);
  const [line = ''] = chain.log;
  expect(line.length).toBeLessThan(2_000);
  expect(JSON.parse(line)).toMatchObject({
    status: expect.any(Number),
    correlationId: expect.any(String),
  });
}

describe('claims in a refusal of Entra', () => {
  test.each([3_000, 20_000, 100_000])(
    'cause a response and a log line when they are nested %i levels deep',
    async (levels) => {
      const claims = `{"access_token":{"x":${nestedLists(levels)}}}`;
      chain.fail('token', refuse({ claims }));
      expect((await chain.get(token)).json.code).toMatch(
        /^(step_up_required|sign_in_again|bad_gateway)$/,
      );
      expectOneLogLine();
    },
    15_000,
  );

  test('are in the body when they are too long for a header', async () => {
    const claims = requestContexts(1_500);
    chain.fail('token', refuse({ claims: JSON.stringify(claims) }));
    const response = await chain.get(token);
    expect(response).toMatchObject({ status: 401, json: { code: 'step_up_required', claims } });
    expect(response.headers.get('www-authenticate')?.length).toBeLessThan(8 * 1024);
  });

  test.each([
    '{}',
    '{"id_token":{"x":null}}',
    '{"access_token":"x"}',
    '{"access_token":[]}',
    '{"access_token":null}',
  ])('are not a challenge if they request nothing in the access token: %s', async (claims) => {
    chain.fail('token', refuse({ claims }));
    expect((await chain.get(token)).json).toMatchObject({ code: 'sign_in_again' });
  });

  test.each([200, 302])('are not a challenge in a response with status %i', async (status) => {
    const location = 'http://127.0.0.1:1/';
    chain.fail('token', refuse({ claims: '{"access_token":{"x":1}}' }, status, { location }));
    expect((await chain.get(token)).status).toBe(502);
  });
});

test('30,000 error codes of Entra do not cause a long log line', async () => {
  const errorCodes = Array.from({ length: 30_000 }, (_, index) => index);
  chain.fail('token', refuse({ error_codes: errorCodes }));
  await chain.get(token);
  expectOneLogLine();
});

describe('an unusable token response', () => {
  const usable = { token_type: 'Bearer', expires_in: 3_600 };
  const padding = 'x'.repeat(50 * 1024);
  test.each([
    {
      name: 'a token followed by a line break and a header',
      write: (tokenB: string) => ({ access_token: `${tokenB}\r\nX-Injected: yes` }),
    },
    {
      name: 'a token followed by non-ASCII letters',
      write: (tokenB: string) => ({ access_token: `${tokenB}é山` }),
    },
    {
      name: 'a token followed by a second word',
      write: (tokenB: string) => ({ access_token: `${tokenB} x` }),
    },
    {
      name: 'a token without its signature',
      write: (tokenB: string) => ({ access_token: tokenB.split('.').slice(0, 2).join('.') }),
    },
    {
      name: 'a token of five segments',
      write: (tokenB: string) => ({ access_token: `${tokenB}.a.b` }),
    },
    {
      name: 'a token of 50 KiB',
      claims: { padding },
      write: (tokenB: string) => ({ access_token: tokenB }),
    },
    {
      name: 'a list as the token type',
      write: (tokenB: string) => ({ token_type: ['Bearer'], access_token: tokenB }),
    },
  ])('becomes 502 and is not cached: $name', async ({ claims = {}, write }) => {
    chain.fail('token', async (request, response) => {
      const oid = await readUserOfExchange(request);
      const tokenB = await signTokenB(chain.entra, { oid, ...claims });
      sendJson(response, { ...usable, ...write(tokenB) });
    });
    expect((await chain.get(token)).status).toBe(502);
    expect((await chain.get(token)).status).toBe(502);
    expect(chain.count('token')).toBe(2);
    expect(chain.downstream.received).toHaveLength(0);
  });
});

describe('a throttling response of Entra', () => {
  test.each([
    {
      name: '503 with Retry-After',
      respond: respondWithStatus(503, { 'retry-after': '120' }),
      seconds: 120,
    },
    {
      name: 'the error code 90055 for too many requests of the tenant',
      respond: refuse({ error: 'invalid_request', error_codes: [90055] }, 400, {
        'retry-after': '60',
      }),
      seconds: 60,
    },
    {
      name: 'the error temporarily_unavailable',
      respond: refuse({ error: 'temporarily_unavailable' }, 400, { 'retry-after': '60' }),
      seconds: 60,
    },
    {
      name: '429 with a number of 400 digits',
      respond: respondWithStatus(429, { 'retry-after': '9'.repeat(400) }),
      seconds: 300,
    },
    {
      name: '429 with a word and a year',
      respond: respondWithStatus(429, { 'retry-after': 'foo 2099' }),
      seconds: 5,
    },
  ])('stops the requests of that user for $seconds s: $name', async ({ respond, seconds }) => {
    chain.fail('token', respond);
    expect((await chain.get(token)).headers.get('retry-after')).toBe(String(seconds));

    chain.fail('token', undefined);
    chain.advance((seconds - 2) * 1_000);
    expect((await chain.get(token)).status).toBe(503);
    expect(chain.count('token')).toBe(1);
    expect((await chain.get(await chain.token())).status).toBe(200);

    chain.advance(3_000);
    expect((await chain.get(token)).status).toBe(200);
  });
});

describe('an unusable response of Downstream API', () => {
  const rows: readonly { readonly name: string; readonly respond: Respond }[] = [
    {
      name: 'JSON nested 9,000 levels deep',
      respond: (_, response) => response.end(`{"x":${nestedLists(9_000)}}`),
    },
    {
      name: 'JSON nested 400,000 levels deep',
      respond: (_, response) => response.end(`{"x":${nestedLists(400_000)}}`),
    },
    { name: '204 to a GET', respond: respondWithStatus(204) },
  ];
  test.each(rows)('becomes 502: $name', async ({ respond }) => {
    chain.downstream.respondWith(respond);
    expect((await chain.get(token)).json).toMatchObject({ status: 502, code: 'bad_gateway' });
    expectOneLogLine();
  });

  test.each([
    { name: 'an e-mail address', detail: 'alice@contoso.example is gone' },
    { name: 'an error of Entra', detail: 'AADSTS50076: no' },
    { name: 'a stack frame', detail: 'at read (/home/site/store.js:1:2)' },
  ])('does not reach the caller when its detail contains $name', async ({ detail }) => {
    chain.downstream.respondWith((_, response) =>
      sendJson(response.writeHead(404), { code: 'not_found', detail }),
    );
    expect((await chain.get(token)).json).toMatchObject({
      status: 404,
      detail: expect.not.stringContaining(detail),
    });
  });
});

describe('a challenge of Downstream API whose claims are only in the body', () => {
  const claims = requestContexts(1_000);
  const challenge =
    (body: object): Respond =>
    (_, response) =>
      sendJson(
        response.writeHead(401, { 'www-authenticate': 'Bearer error="insufficient_claims"' }),
        body,
      );

  test('causes one exchange and then reaches the caller unchanged', async () => {
    const problem = { code: 'step_up_required', status: 401, claims };
    chain.downstream.respondWith(challenge(problem));
    expect((await chain.get(token)).json).toMatchObject({ code: 'step_up_required', claims });
    expect(chain.count('token')).toBe(2);
    expect(chain.downstream.received).toHaveLength(2);
  });

  test.each([
    {
      name: 'the claims request nothing in the access token',
      body: { code: 'step_up_required', claims: { id_token: {} } },
    },
    {
      name: 'the claims are a string',
      body: { code: 'step_up_required', claims: JSON.stringify(claims) },
    },
    { name: 'the code is not step_up_required', body: { code: 'invalid_token', claims } },
    { name: 'the code is missing', body: { claims } },
  ])('becomes 502 when $name', async ({ body }) => {
    chain.downstream.respondWith(challenge(body));
    expect((await chain.get(token)).json).toMatchObject({ code: 'bad_gateway' });
    expect(chain.count('token')).toBe(1);
  });
});

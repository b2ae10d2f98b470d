import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { audience } from '../support/issuer.ts';
import { type Respond, readBody, readClaims, sendJson, status } from './answers.ts';
import { type Chain, startChain } from './chain.ts';

let chain: Chain;
let token: string;
beforeEach(async () => {
  chain = await startChain();
  token = await chain.token();
});
afterEach(() => chain.close());

const downstreamId = 'd0375100-0000-4000-8000-0000000000a3';
const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
const refusal =
  (body: object, code = 400, headers: Record<string, string> = {}): Respond =>
  (_, response) =>
    sendJson(response.writeHead(code, headers), { error: 'interaction_required', ...body });

/** Every request leaves one short line that is JSON, whatever it met. */
function expectLines(count: number) {
  expect(chain.log).toHaveLength(count);
  for (const line of chain.log) {
    expect(JSON.parse(line)).toMatchObject({
      status: expect.any(Number),
      correlationId: expect.any(String),
    });
    expect(line.length).toBeLessThan(2_000);
  }
}

describe('claims of Entra', () => {
  test.each([3_000, 20_000, 100_000])(
    'nested %i levels deep: an answer and a log line',
    async (levels) => {
      chain.fail('token', refusal({ claims: `{"access_token":{"x":${nested(levels)}}}` }));
      expect((await chain.get(token)).json.code).toMatch(
        /^(step_up_required|sign_in_again|bad_gateway)$/,
      );
      expectLines(1);
    },
    15_000,
  );

  test('too long for a header of an answer: they go up in the body, whole, and the answer can be read', async () => {
    const claims = {
      access_token: {
        acrs: {
          essential: true,
          values: Array.from({ length: 1_500 }, (_, index) => `context-${index}`),
        },
      },
    };
    chain.fail('token', refusal({ claims: JSON.stringify(claims) }));
    const answer = await chain.get(token);
    expect(answer).toMatchObject({ status: 401, json: { code: 'step_up_required', claims } });
    expect(answer.headers.get('www-authenticate')?.length).toBeLessThan(8 * 1024);
  });

  test.each([
    '{}',
    '{"id_token":{"x":null}}',
    '{"access_token":"x"}',
    '{"access_token":[]}',
    '{"access_token":null}',
  ])('that demand nothing of an access token are none: %s', async (claims) => {
    chain.fail('token', refusal({ claims }));
    expect((await chain.get(token)).json).toMatchObject({ code: 'sign_in_again' });
  });

  test.each([200, 302])('beside status %i are no refusal: 502', async (code) => {
    chain.fail(
      'token',
      refusal({ claims: '{"access_token":{"x":1}}' }, code, { location: 'http://127.0.0.1:1/' }),
    );
    expect((await chain.get(token)).status).toBe(502);
  });
});

test('30,000 error codes of Entra make no log line of 30,000 numbers', async () => {
  chain.fail(
    'token',
    refusal({ error_codes: Array.from({ length: 30_000 }, (_, index) => index) }),
  );
  await chain.get(token);
  expectLines(1);
});

describe('a token answer that cannot be used is 502, and not kept: the next request asks again', () => {
  const good = { token_type: 'Bearer', expires_in: 3_600 };
  const rows: [string, (tokenB: string, big: string) => object][] = [
    [
      'a token with a line break and a header behind it',
      (tokenB) => ({ ...good, access_token: `${tokenB}\r\nX-Injected: yes` }),
    ],
    [
      'a token with other letters behind it',
      (tokenB) => ({ ...good, access_token: `${tokenB}é山` }),
    ],
    ['a token with a second word', (tokenB) => ({ ...good, access_token: `${tokenB} x` })],
    [
      'a token without its signature',
      (tokenB) => ({ ...good, access_token: tokenB.split('.').slice(0, 2).join('.') }),
    ],
    ['a token of five segments', (tokenB) => ({ ...good, access_token: `${tokenB}.a.b` })],
    ['a token of 50 KiB', (_, big) => ({ ...good, access_token: big })],
    [
      'a token type that is a list',
      (tokenB) => ({ ...good, token_type: ['Bearer'], access_token: tokenB }),
    ],
  ];
  test.each(rows)('%s', async (_name, answer) => {
    chain.fail('token', async (request, response) => {
      const { oid } = readClaims(
        new URLSearchParams(await readBody(request)).get('assertion') ?? '',
      );
      const make = (more: object) =>
        chain.entra.token({ aud: downstreamId, azp: audience, azpacr: '1', oid, ...more });
      sendJson(response, answer(await make({}), await make({ padding: 'x'.repeat(50 * 1024) })));
    });
    expect([(await chain.get(token)).status, (await chain.get(token)).status]).toEqual([502, 502]);
    expect([chain.count('token'), chain.downstream.received.length]).toEqual([2, 0]);
  });
});

describe('Entra wants to be left alone and is, for that user', () => {
  test.each([
    ['503', status(503, { 'retry-after': '120' }), 120],
    [
      '90055, too many requests of the tenant',
      refusal({ error: 'invalid_request', error_codes: [90055] }, 400, { 'retry-after': '60' }),
      60,
    ],
    [
      'temporarily_unavailable',
      refusal({ error: 'temporarily_unavailable' }, 400, { 'retry-after': '60' }),
      60,
    ],
    ['429 with a number of 400 digits', status(429, { 'retry-after': '9'.repeat(400) }), 300],
    ['429 with a word and a year', status(429, { 'retry-after': 'foo 2099' }), 5],
  ])('%s', async (_name, respond, wait) => {
    chain.fail('token', respond);
    expect((await chain.get(token)).headers.get('retry-after')).toBe(String(wait));
    chain.fail('token', undefined);
    chain.pass((wait - 2) * 1_000);
    expect([(await chain.get(token)).status, chain.count('token')]).toEqual([503, 1]);
    expect((await chain.get(await chain.token())).status).toBe(200);
    chain.pass(3_000);
    expect((await chain.get(token)).status).toBe(200);
  });
});

describe('an answer of Downstream that cannot be used is 502', () => {
  const rows: [string, Respond][] = [
    ['JSON nested 9,000 levels deep', (_, response) => response.end(`{"x":${nested(9_000)}}`)],
    ['JSON nested 400,000 levels deep', (_, response) => response.end(`{"x":${nested(400_000)}}`)],
    ['nothing, to a GET', status(204)],
  ];
  test.each(rows)('%s', async (_name, respond) => {
    chain.downstream.answer(respond);
    expect((await chain.get(token)).json).toMatchObject({ status: 502, code: 'bad_gateway' });
    expectLines(1);
  });

  test('what it says besides goes no further where it quotes people, Entra or files', async () => {
    const details = [
      'alice@contoso.example is gone',
      'AADSTS50076: no',
      'at read (/home/site/store.js:1:2)',
    ];
    for (const detail of details) {
      chain.downstream.answer((_, response) =>
        sendJson(response.writeHead(404), { code: 'not_found', detail }),
      );
      expect((await chain.get(token)).json).toMatchObject({
        status: 404,
        detail: expect.not.stringContaining(detail),
      });
    }
  });
});

describe('a challenge of the next API whose claims are too long for a header', () => {
  const claims = {
    access_token: {
      acrs: {
        essential: true,
        values: Array.from({ length: 1_000 }, (_, index) => `context-${index}`),
      },
    },
  };
  const challenge =
    (body: object): Respond =>
    (_, response) =>
      sendJson(
        response.writeHead(401, { 'www-authenticate': 'Bearer error="insufficient_claims"' }),
        body,
      );

  test('is read in the body, tried once with Entra, and goes up whole', async () => {
    chain.downstream.answer(challenge({ code: 'step_up_required', status: 401, claims }));
    expect((await chain.get(token)).json).toMatchObject({ code: 'step_up_required', claims });
    expect([chain.count('token'), chain.downstream.received.length]).toEqual([2, 2]);
  });

  test.each([
    { code: 'step_up_required', claims: { id_token: {} } },
    { code: 'step_up_required', claims: JSON.stringify(claims) },
    { code: 'invalid_token', claims },
    { claims },
  ])('is none where the body says something else: %j', async (body) => {
    chain.downstream.answer(challenge(body));
    expect((await chain.get(token)).json).toMatchObject({ code: 'bad_gateway' });
    expect(chain.count('token')).toBe(1);
  });
});

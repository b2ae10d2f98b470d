import { expect, test } from '@jest/globals';
import { readProblem, readRetryAfter } from '../../../../client-app/auth/problem.ts';

const answer = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers });

test('reads what our APIs write', async () => {
  const problem = await readProblem(
    answer(
      401,
      {
        code: 'step_up_required',
        detail: 'One more.',
        correlationId: 'theirs',
        claims: { access_token: { acrs: { essential: true, value: 'c1' } } },
      },
      { 'retry-after': '7' },
    ),
    'ours',
  );
  expect(problem).toEqual({
    code: 'step_up_required',
    status: 401,
    detail: 'One more.',
    correlationId: 'theirs',
    claims: '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}',
    retryAfter: 7,
  });
});

test('claims that are too long for a header are read whole from the body of our own step-up', async () => {
  const claims = {
    access_token: {
      acrs: { essential: true, values: Array.from({ length: 2_000 }, (_, index) => `c${index}`) },
    },
    extra: 1,
  };
  const header = {
    'www-authenticate':
      'Bearer realm="o", authorization_uri="https://x/authorize", error="insufficient_claims"',
  };
  const problem = await readProblem(answer(401, { code: 'step_up_required', claims }, header), '');
  expect(problem).toMatchObject({ code: 'step_up_required', claims: JSON.stringify(claims) });
});

test.each([
  ['another status', 403, { code: 'step_up_required', claims: { access_token: {} } }],
  ['another code', 401, { code: 'sign_in_again', claims: { access_token: {} } }],
  ['no code', 401, { claims: { access_token: {} } }],
  ['claims for no access token', 401, { code: 'step_up_required', claims: { id_token: {} } }],
  ['claims that are a text', 401, { code: 'step_up_required', claims: '{"access_token":{}}' }],
  ['claims for a text', 401, { code: 'step_up_required', claims: { access_token: 'x' } }],
])('claims in a body with %s are nobody’s', async (_name, status, body) => {
  expect((await readProblem(answer(status, body), '')).claims).toBeUndefined();
});

test('takes scopes as a list or as words', async () => {
  expect(
    (await readProblem(answer(403, { code: 'consent_required', scopes: ['a', 'b'] }), '')).scopes,
  ).toEqual(['a', 'b']);
  expect(
    (await readProblem(answer(403, { code: 'consent_required', scopes: 'a b' }), '')).scopes,
  ).toEqual(['a', 'b']);
});

test.each([
  [400, 'bad_request'],
  [401, 'sign_in_again'],
  [403, 'forbidden'],
  [404, 'not_found'],
  [412, 'conflict'],
  [413, 'too_large'],
  [429, 'unavailable'],
  [500, 'unexpected'],
  [502, 'bad_gateway'],
  [503, 'unavailable'],
  [504, 'timeout'],
  [418, 'unexpected'],
])('an answer %i without a problem of ours becomes %s', async (status, code) => {
  for (const body of [
    '',
    '<html>nginx</html>',
    'null',
    '[]',
    '"text"',
    '{"code":"made_up"}',
    '{"code":{"toString":1}}',
  ]) {
    expect(await readProblem(answer(status, body), 'ours')).toEqual({
      code,
      status,
      correlationId: 'ours',
    });
  }
});

test('a member of the wrong type is as good as absent', async () => {
  const problem = await readProblem(
    answer(403, { code: 'blocked', detail: 5, correlationId: null, claims: 7, scopes: { a: 1 } }),
    'ours',
  );
  expect(problem).toEqual({ code: 'blocked', status: 403, correlationId: 'ours' });
});

test('reads Retry-After in seconds and as a date, within bounds', () => {
  const now = Date.parse('2026-11-22T12:00:00Z');
  expect(readRetryAfter('5', now)).toBe(5);
  expect(readRetryAfter('0', now)).toBe(1);
  expect(readRetryAfter('86400', now)).toBe(300);
  expect(readRetryAfter('Sun, 22 Nov 2026 12:00:30 GMT', now)).toBe(30);
  expect(readRetryAfter('Sun, 22 Nov 2026 11:00:00 GMT', now)).toBe(1);
  for (const value of [null, '', ' ', 'soon', '-', 'NaN'])
    expect(readRetryAfter(value, now)).toBeUndefined();
});

const challenge = (claims: object) => ({
  'www-authenticate': `Bearer error="insufficient_claims", claims="${btoa(JSON.stringify(claims))}"`,
});

test('the claims of the challenge count before those of the body', async () => {
  const body = { code: 'step_up_required', claims: { access_token: { from: 'body' } } };
  const problem = await readProblem(
    answer(401, body, challenge({ access_token: { from: 'header' } })),
    '',
  );
  expect(problem.claims).toBe('{"access_token":{"from":"header"}}');
});

test('a challenge alone is a step-up, whoever wrote the answer; one that cannot be read, or beside another status, is none', async () => {
  expect(await readProblem(answer(401, '', challenge({ access_token: {} })), 'ours')).toMatchObject(
    {
      code: 'step_up_required',
      claims: '{"access_token":{}}',
    },
  );
  expect(await readProblem(answer(401, '', challenge({ id_token: {} })), 'ours')).toEqual({
    code: 'sign_in_again',
    status: 401,
    correlationId: 'ours',
  });
  expect((await readProblem(answer(403, '', challenge({ access_token: {} })), 'ours')).code).toBe(
    'forbidden',
  );
});

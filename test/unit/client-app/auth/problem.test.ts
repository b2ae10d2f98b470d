import { expect, test } from '@jest/globals';
import { readProblem, readRetryAfter } from '../../../../client-app/auth/problem.ts';
import type { ProblemCode } from '../../../../client-app/auth/problem-messages.ts';

function createResponse(
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): Response {
  return new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers });
}

/** The header of a claims challenge. */
function createChallenge(claims: object): Record<string, string> {
  const encoded = btoa(JSON.stringify(claims));
  return { 'www-authenticate': `Bearer error="insufficient_claims", claims="${encoded}"` };
}

test('reads the problem details of the APIs', async () => {
  const details = {
    code: 'step_up_required',
    detail: 'One more.',
    correlationId: 'theirs',
    claims: { access_token: { acrs: { essential: true, value: 'c1' } } },
  };
  const problem = await readProblem(createResponse(401, details, { 'retry-after': '7' }), 'ours');
  expect(problem).toEqual({
    code: 'step_up_required',
    status: 401,
    detail: 'One more.',
    correlationId: 'theirs',
    claims: '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}',
    retryAfter: 7,
  });
});

test('reads claims that are too long for a header from the body', async () => {
  const values = Array.from({ length: 2_000 }, (_, index) => `c${index}`);
  const claims = { access_token: { acrs: { essential: true, values } }, extra: 1 };
  const challengeWithoutClaims = {
    'www-authenticate':
      'Bearer realm="o", authorization_uri="https://x/authorize", error="insufficient_claims"',
  };
  const response = createResponse(
    401,
    { code: 'step_up_required', claims },
    challengeWithoutClaims,
  );
  expect(await readProblem(response, '')).toMatchObject({
    code: 'step_up_required',
    claims: JSON.stringify(claims),
  });
});

test.each([
  {
    name: 'a body with another status',
    status: 403,
    body: { code: 'step_up_required', claims: { access_token: {} } },
  },
  {
    name: 'a body with another code',
    status: 401,
    body: { code: 'sign_in_again', claims: { access_token: {} } },
  },
  { name: 'a body without a code', status: 401, body: { claims: { access_token: {} } } },
  {
    name: 'claims for an ID token',
    status: 401,
    body: { code: 'step_up_required', claims: { id_token: {} } },
  },
  {
    name: 'claims as a string',
    status: 401,
    body: { code: 'step_up_required', claims: '{"access_token":{}}' },
  },
  {
    name: 'claims with a string for the access token',
    status: 401,
    body: { code: 'step_up_required', claims: { access_token: 'x' } },
  },
])('ignores the claims of $name', async ({ status, body }) => {
  const problem = await readProblem(createResponse(status, body), '');
  expect(problem.claims).toBeUndefined();
});

test.each([
  { form: 'a list', scopes: ['a', 'b'] },
  { form: 'a string', scopes: 'a b' },
])('reads scopes from $form', async ({ scopes }) => {
  const response = createResponse(403, { code: 'consent_required', scopes });
  const problem = await readProblem(response, '');
  expect(problem.scopes).toEqual(['a', 'b']);
});

const foreignBodies = [
  '',
  '<html>nginx</html>',
  'null',
  '[]',
  '"text"',
  '{"code":"made_up"}',
  '{"code":{"toString":1}}',
];

test.each<{ status: number; code: ProblemCode }>([
  { status: 400, code: 'bad_request' },
  { status: 401, code: 'sign_in_again' },
  { status: 403, code: 'forbidden' },
  { status: 404, code: 'not_found' },
  { status: 409, code: 'state_conflict' },
  { status: 412, code: 'conflict' },
  { status: 413, code: 'too_large' },
  { status: 422, code: 'unprocessable' },
  { status: 429, code: 'unavailable' },
  { status: 500, code: 'unexpected' },
  { status: 502, code: 'bad_gateway' },
  { status: 503, code: 'unavailable' },
  { status: 504, code: 'timeout' },
  { status: 418, code: 'unexpected' },
])('reads a $status response without problem details as $code', async ({ status, code }) => {
  for (const body of foreignBodies) {
    const problem = await readProblem(createResponse(status, body), 'ours');
    expect(problem).toEqual({ code, status, correlationId: 'ours' });
  }
});

test('ignores a member of the wrong type', async () => {
  const details = {
    code: 'blocked',
    detail: 5,
    correlationId: null,
    claims: 7,
    scopes: { a: 1 },
  };
  const problem = await readProblem(createResponse(403, details), 'ours');
  expect(problem).toEqual({ code: 'blocked', status: 403, correlationId: 'ours' });
});

test.each([
  { form: 'seconds', value: '5', seconds: 5 },
  { form: 'zero seconds', value: '0', seconds: 1 },
  { form: 'a day in seconds', value: '86400', seconds: 300 },
  { form: 'a date', value: 'Sun, 22 Nov 2026 12:00:30 GMT', seconds: 30 },
  { form: 'a date in the past', value: 'Sun, 22 Nov 2026 11:00:00 GMT', seconds: 1 },
  { form: 'no header', value: null, seconds: undefined },
  { form: 'an empty value', value: '', seconds: undefined },
  { form: 'a space', value: ' ', seconds: undefined },
  { form: 'a word', value: 'soon', seconds: undefined },
  { form: 'a hyphen', value: '-', seconds: undefined },
  { form: 'NaN', value: 'NaN', seconds: undefined },
])('reads Retry-After from $form as $seconds', ({ value, seconds }) => {
  const now = Date.parse('2026-11-22T12:00:00Z');
  expect(readRetryAfter(value, now)).toBe(seconds);
});

test('prefers the claims of the challenge to those of the body', async () => {
  const details = { code: 'step_up_required', claims: { access_token: { from: 'body' } } };
  const challenge = createChallenge({ access_token: { from: 'header' } });
  const problem = await readProblem(createResponse(401, details, challenge), '');
  expect(problem.claims).toBe('{"access_token":{"from":"header"}}');
});

test('reads a claims challenge without a body as a step-up', async () => {
  const response = createResponse(401, '', createChallenge({ access_token: {} }));
  expect(await readProblem(response, 'ours')).toMatchObject({
    code: 'step_up_required',
    claims: '{"access_token":{}}',
  });
});

test('ignores a challenge without claims for an access token', async () => {
  const response = createResponse(401, '', createChallenge({ id_token: {} }));
  expect(await readProblem(response, 'ours')).toEqual({
    code: 'sign_in_again',
    status: 401,
    correlationId: 'ours',
  });
});

test('ignores a challenge in a 403 response', async () => {
  const response = createResponse(403, '', createChallenge({ access_token: {} }));
  const problem = await readProblem(response, 'ours');
  expect(problem.code).toBe('forbidden');
});

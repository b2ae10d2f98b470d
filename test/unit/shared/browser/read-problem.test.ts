import { expect, test } from '@jest/globals';
import type { ProblemCode } from '../../../../shared/browser/problem-code.ts';
import { readProblem } from '../../../../shared/browser/read-problem.ts';

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
  { form: 'a string with more spaces', scopes: ' a  b ' },
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
  { status: 411, code: 'length_required' },
  { status: 412, code: 'conflict' },
  { status: 413, code: 'too_large' },
  { status: 415, code: 'unsupported_media_type' },
  { status: 422, code: 'unprocessable' },
  { status: 428, code: 'precondition_required' },
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

const permissionChallenges: readonly {
  readonly name: string;
  readonly header: string;
  readonly problem: { readonly code: ProblemCode; readonly scopes?: readonly string[] };
}[] = [
  {
    name: 'a missing scope',
    header: 'Bearer error="insufficient_scope", scope="Orders.Read Orders.Write"',
    problem: { code: 'insufficient_scope', scopes: ['Orders.Read', 'Orders.Write'] },
  },
  {
    name: 'a missing scope without its name',
    header: 'bearer error=insufficient_scope',
    problem: { code: 'insufficient_scope' },
  },
  {
    name: 'a missing consent, as Microsoft.Identity.Web writes it',
    header:
      'Bearer consentUri="https://x/?a=b, c", scopes="api://d/Read", proposedAction="consent"',
    problem: { code: 'consent_required', scopes: ['api://d/Read'] },
  },
  {
    name: 'another scheme first',
    header: 'Basic realm="x", Bearer error = "insufficient_scope" , scope = "Read"',
    problem: { code: 'insufficient_scope', scopes: ['Read'] },
  },
  {
    name: 'another scheme only',
    header: 'DPoP error="insufficient_scope", scope="Read"',
    problem: { code: 'forbidden' },
  },
];

test.each(permissionChallenges)(
  'reads the challenge of a 403 response without a body: $name',
  async ({ header, problem }) => {
    const response = createResponse(403, '', { 'www-authenticate': header });
    expect(await readProblem(response, 'ours')).toEqual({
      ...problem,
      status: 403,
      correlationId: 'ours',
    });
  },
);

test('prefers the code of the body to the challenge', async () => {
  const header = { 'www-authenticate': 'Bearer error="insufficient_scope", scope="Read"' };
  const problem = await readProblem(createResponse(403, { code: 'blocked' }, header));
  expect(problem.code).toBe('blocked');
});

test.each([
  { from: 'the body', body: { correlationId: 'theirs' }, header: 'header', id: 'theirs' },
  { from: 'the header', body: {}, header: 'header', id: 'header' },
  { from: 'the request', body: {}, header: undefined, id: 'ours' },
])('reads the correlation id from $from', async ({ body, header, id }) => {
  const headers: Record<string, string> = header ? { 'x-correlation-id': header } : {};
  const problem = await readProblem(createResponse(500, body, headers), 'ours');
  expect(problem.correlationId).toBe(id);
});

test('ignores a body that breaks off', async () => {
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('{"code":'));
      controller.error(new Error('connection lost'));
    },
  });
  const problem = await readProblem(new Response(body, { status: 503 }), 'ours');
  expect(problem).toEqual({ code: 'unavailable', status: 503, correlationId: 'ours' });
});

test('ignores claims that are nested too deeply to be sent on', async () => {
  const nested = `${'{"a":'.repeat(40)}1${'}'.repeat(40)}`;
  const body = `{"code":"step_up_required","claims":{"access_token":${nested}}}`;
  expect((await readProblem(createResponse(401, body), '')).claims).toBeUndefined();
});

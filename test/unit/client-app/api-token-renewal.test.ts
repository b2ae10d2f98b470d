import { expect, test } from '@jest/globals';
import { ProblemError } from '../../../client-app/auth/problem.ts';
import type { ProblemCode } from '../../../client-app/auth/problem-messages.ts';
import { authorizations, createTestApi, readRequest, schema, success } from './create-test-api.ts';

const stepUp = () =>
  Response.json({ code: 'step_up_required', claims: { access_token: { a: 1 } } }, { status: 401 });

test('retries once with a new token for the claims of a challenge', async () => {
  const { api, sent, tokenRequests } = createTestApi([stepUp(), success()]);
  const { value } = await api.call(readRequest, schema);
  expect(value).toEqual({ title: 'T' });
  expect(authorizations(sent)).toEqual(['Bearer first', 'Bearer renewed']);
  expect(tokenRequests[1]?.renewal).toEqual({ claims: '{"access_token":{"a":1}}' });
});

test('requests the new token with the correlation id of the failed request', async () => {
  const { api, tokenRequests } = createTestApi([stepUp(), success()]);
  await api.call(readRequest, schema);
  const [first, second] = tokenRequests;
  expect(tokenRequests.length).toBe(2);
  expect(second?.correlationId).toBe(first?.correlationId);
});

test('throws the challenge when the API also challenges the new token', async () => {
  const { api, sent } = createTestApi([stepUp(), stepUp(), success()]);
  await expect(api.call(readRequest, schema)).rejects.toMatchObject({
    problem: { code: 'step_up_required', claims: '{"access_token":{"a":1}}' },
  });
  expect(sent.length).toBe(2);
});

test.each<{ entraCode: ProblemCode; thrownCode: ProblemCode; whose: string }>([
  { entraCode: 'step_up_required', thrownCode: 'step_up_required', whose: 'the API' },
  { entraCode: 'sign_in_again', thrownCode: 'step_up_required', whose: 'the API' },
  { entraCode: 'blocked', thrownCode: 'blocked', whose: 'Entra' },
  { entraCode: 'unavailable', thrownCode: 'unavailable', whose: 'Entra' },
])(
  'throws the problem of $whose when Entra refuses the new token as $entraCode',
  async ({ entraCode, thrownCode }) => {
    const { api, sent } = createTestApi([stepUp()], () => {
      throw new ProblemError({ code: entraCode, status: 0, correlationId: 'e' });
    });
    await expect(api.call(readRequest, schema)).rejects.toMatchObject({
      problem: { code: thrownCode },
    });
    expect(sent.length).toBe(1);
  },
);

test.each([
  { code: 'blocked' },
  { code: 'account_disabled' },
  { code: 'not_assigned' },
  { code: 'consent_required' },
  { code: 'forbidden' },
  { code: 'unavailable' },
])('requests no new token for $code', async ({ code }) => {
  const { api, tokenRequests } = createTestApi([Response.json({ code }, { status: 403 })]);
  await expect(api.call(readRequest, schema)).rejects.toMatchObject({ problem: { code } });
  expect(tokenRequests.filter(({ renewal }) => renewal)).toEqual([]);
});

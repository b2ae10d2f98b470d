import { expect, test } from '@jest/globals';
import { callWithToken } from '../../../../shared/browser/call-with-token.ts';
import { type Problem, ProblemError } from '../../../../shared/browser/problem.ts';
import type { ProblemCode } from '../../../../shared/browser/problem-code.ts';
import type { TokenRenewal } from '../../../../shared/browser/token-source.ts';

const claims = '{"access_token":{}}';

function createError(code: ProblemCode, more: Partial<Problem> = {}): ProblemError {
  return new ProblemError({ code, status: 401, correlationId: 'c', ...more });
}

/** Calls an API that fails with these errors, one after another, and then responds. */
function createCall(apiErrors: readonly Error[], renewalError?: Error) {
  const remaining = [...apiErrors];
  const sent: { token: string; isRenewed: boolean }[] = [];
  const renewals: TokenRenewal[] = [];
  const result = callWithToken(
    async (renewal) => {
      if (!renewal) return 'first';
      renewals.push(renewal);
      if (renewalError) throw renewalError;
      return 'renewed';
    },
    async (token, isRenewed) => {
      sent.push({ token, isRenewed });
      const error = remaining.shift();
      if (error) throw error;
      return 'response';
    },
  );
  return { result, sent, renewals };
}

test('sends a request once when it succeeds', async () => {
  const { result, sent, renewals } = createCall([]);
  expect(await result).toBe('response');
  expect(sent).toEqual([{ token: 'first', isRenewed: false }]);
  expect(renewals).toEqual([]);
});

test('sends a challenged request again with a token for the claims', async () => {
  const { result, sent, renewals } = createCall([createError('step_up_required', { claims })]);
  expect(await result).toBe('response');
  expect(sent).toEqual([
    { token: 'first', isRenewed: false },
    { token: 'renewed', isRenewed: true },
  ]);
  expect(renewals).toEqual([{ claims }]);
});

test('sends a request with a rejected token again with a new token', async () => {
  const { result, renewals } = createCall([createError('invalid_token')]);
  expect(await result).toBe('response');
  expect(renewals).toEqual([{}]);
});

test('throws when the API challenges the new token as well', async () => {
  const challenge = createError('step_up_required', { claims });
  const { result, sent } = createCall([challenge, challenge]);
  await expect(result).rejects.toBe(challenge);
  expect(sent.length).toBe(2);
});

test('throws the problem of the API when the new token needs the user', async () => {
  const challenge = createError('step_up_required', { claims });
  const { result } = createCall([challenge], createError('sign_in_again', { status: 0 }));
  await expect(result).rejects.toBe(challenge);
});

test('throws the problem of Entra when the user cannot help', async () => {
  const blocked = createError('blocked', { status: 0 });
  const { result } = createCall([createError('step_up_required', { claims })], blocked);
  await expect(result).rejects.toBe(blocked);
});

test.each([
  { name: 'a missing consent', error: createError('consent_required') },
  { name: 'an outage', error: createError('unavailable') },
  { name: 'a problem without a response', error: createError('sign_in_again', { status: 0 }) },
  { name: 'a bug', error: new TypeError('bug') },
])('requests no new token for $name', async ({ error }) => {
  const { result, renewals } = createCall([error]);
  await expect(result).rejects.toBe(error);
  expect(renewals).toEqual([]);
});

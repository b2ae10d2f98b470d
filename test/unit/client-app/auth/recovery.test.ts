import { expect, test } from '@jest/globals';
import type { Problem } from '../../../../client-app/auth/problem.ts';
import { type ProblemCode, problemMessages } from '../../../../client-app/auth/problem-messages.ts';
import {
  canRenewSilently,
  createInteractiveRequest,
  isOutage,
  requiresInteraction,
  retryDelay,
} from '../../../../client-app/auth/recovery.ts';
import { allScopes } from '../../../../client-app/auth/scopes.ts';

const codes = Object.keys(problemMessages) as ProblemCode[];

function createProblem(code: ProblemCode, more: Partial<Problem> = {}): Problem {
  return { code, status: 401, correlationId: 'c', ...more };
}

function codesThat(predicate: (problem: Problem) => boolean): readonly ProblemCode[] {
  return codes.filter((code) => predicate(createProblem(code))).sort();
}

test('requires the user for a step-up, for consent and for a sign-in', () => {
  expect(codesThat(requiresInteraction)).toEqual([
    'consent_required',
    'insufficient_scope',
    'invalid_token',
    'sign_in_again',
    'step_up_required',
  ]);
});

test('renews the token silently for a step-up and for a sign-in', () => {
  expect(codesThat(canRenewSilently)).toEqual([
    'invalid_token',
    'sign_in_again',
    'step_up_required',
  ]);
});

test('waits for the end of an outage', () => {
  expect(codesThat(isOutage)).toEqual(['timeout', 'unavailable', 'unreachable']);
});

test('never requires the user during an outage', () => {
  expect(codesThat((problem) => isOutage(problem) && requiresInteraction(problem))).toEqual([]);
});

test.each(codes)('offers a button that leads to Entra for %s only if it helps', (code) => {
  const offers: readonly string[] = problemMessages[code].offers;
  const leadsToEntra = ['confirm', 'allow', 'sign-in'].some((offer) => offers.includes(offer));
  expect(leadsToEntra).toBe(requiresInteraction(createProblem(code)));
});

test('requests the claims of the challenge unchanged for a step-up', () => {
  const problem = createProblem('step_up_required', { claims: '{"access_token":{}}' });
  expect(createInteractiveRequest(problem, 'api://o')).toEqual({
    scopes: allScopes,
    claims: '{"access_token":{}}',
  });
});

test('requests all permissions of the chain for a consent', () => {
  const problem = createProblem('consent_required', { scopes: ['api://d/Documents.Read'] });
  expect(createInteractiveRequest(problem, 'api://o')).toEqual({
    scopes: ['api://o/.default'],
    prompt: 'consent',
  });
});

test('requests all scopes of the app for a sign-in', () => {
  expect(createInteractiveRequest(createProblem('sign_in_again'), 'api://o')).toEqual({
    scopes: allScopes,
  });
});

test.each([
  { retries: 0, seconds: 5 },
  { retries: 1, seconds: 10 },
  { retries: 2, seconds: 20 },
  { retries: 3, seconds: 40 },
  { retries: 4, seconds: 60 },
  { retries: 5, seconds: 60 },
  { retries: 1_000, seconds: 60 },
])('waits $seconds seconds after $retries retries', ({ retries, seconds }) => {
  expect(retryDelay(retries, undefined)).toBe(seconds);
});

test.each([
  { retries: 0, retryAfter: 30, seconds: 30 },
  { retries: 2, retryAfter: 1, seconds: 20 },
  { retries: 0, retryAfter: 300, seconds: 60 },
])(
  'waits $seconds seconds after $retries retries with Retry-After: $retryAfter',
  ({ retries, retryAfter, seconds }) => {
    expect(retryDelay(retries, retryAfter)).toBe(seconds);
  },
);

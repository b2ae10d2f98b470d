import { expect, test } from '@jest/globals';
import { allScopes } from '../../../../client-app/api.ts';
import type { Problem } from '../../../../client-app/auth/problem.ts';
import {
  isOutage,
  mayRenew,
  needsOf,
  needsPerson,
  waitBefore,
} from '../../../../client-app/auth/remedy.ts';
import { type Code, words } from '../../../../client-app/auth/problem-words.ts';

const problem = (code: Code, more: Partial<Problem> = {}): Problem => ({
  code,
  status: 401,
  correlationId: 'c',
  ...more,
});
const codesThat = (holds: (problem: Problem) => boolean) =>
  (Object.keys(words) as Code[]).filter((code) => holds(problem(code)));

test('the person is asked where only they can help, and nowhere else', () => {
  expect(codesThat(needsPerson).sort()).toEqual([
    'consent_required',
    'insufficient_scope',
    'invalid_token',
    'sign_in_again',
    'step_up_required',
  ]);
});

test('a new token is asked for silently where it may help, and waiting helps only an outage', () => {
  expect(codesThat(mayRenew).sort()).toEqual([
    'invalid_token',
    'sign_in_again',
    'step_up_required',
  ]);
  expect(codesThat(isOutage).sort()).toEqual(['timeout', 'unavailable', 'unreachable']);
});

test('nothing is both asked of the person and waited for, and where the words offer a button there is one', () => {
  for (const code of Object.keys(words) as Code[]) {
    const offers: readonly string[] = words[code].offers;
    const leads = ['confirm', 'allow', 'sign-in'].some((offer) => offers.includes(offer));
    expect({ code, leads, waits: isOutage(problem(code)) && leads }).toEqual({
      code,
      leads: needsPerson(problem(code)),
      waits: false,
    });
  }
});

test('a step-up names the claims as they came; a consent names all that is needed, behind Original too', () => {
  expect(
    needsOf(problem('step_up_required', { claims: '{"access_token":{}}' }), 'api://o'),
  ).toEqual({
    scopes: allScopes,
    claims: '{"access_token":{}}',
  });
  expect(
    needsOf(problem('consent_required', { scopes: ['api://d/Documents.Read'] }), 'api://o'),
  ).toEqual({
    scopes: ['api://o/.default'],
    prompt: 'consent',
  });
  expect(needsOf(problem('sign_in_again'), 'api://o')).toEqual({ scopes: allScopes });
});

test('waits 5, 10, 20, 40, 60, 60 s, or longer where the service says so, and never over a minute', () => {
  expect([0, 1, 2, 3, 4, 5, 1_000].map((tries) => waitBefore(tries, undefined))).toEqual([
    5, 10, 20, 40, 60, 60, 60,
  ]);
  expect([waitBefore(0, 30), waitBefore(2, 1), waitBefore(0, 300)]).toEqual([30, 20, 60]);
});

import { expect, test } from '@jest/globals';
import { isCode, sayAfterwards, words } from '../../../../client-app/auth/problem-words.ts';
import { problems } from '../../../../shared/api-error.ts';

test('there are words for every code that the APIs can answer', () => {
  for (const code of Object.keys(problems))
    expect({ code, known: isCode(code) }).toEqual({ code, known: true });
});

test('no words are left over for codes that nobody sends, but the one that only a client can see', () => {
  expect(Object.keys(words).filter((code) => !Object.hasOwn(problems, code))).toEqual([
    'unreachable',
  ]);
});

test('a code is known by its own name only', () => {
  for (const value of ['toString', '__proto__', '', 'Blocked', undefined, null, 403, {}])
    expect(isCode(value)).toBe(false);
});

test('where the organisation has decided, nothing invites to try again', () => {
  for (const code of ['blocked', 'account_disabled', 'not_assigned', 'caller_not_allowed'] as const)
    expect(words[code].offers).toEqual(['copy-id']);
});

test('every sentence ends as one, and holds no code', () => {
  for (const { says } of Object.values(words)) expect(says).toMatch(/^[A-Z][^_]*[.?]$/);
});

test('after a visit to Entra that did not help, the words are others than before', () => {
  for (const code of [
    'step_up_required',
    'consent_required',
    'insufficient_scope',
    'sign_in_again',
    'invalid_token',
  ] as const) {
    const said = [words[code].says, sayAfterwards(code, false), sayAfterwards(code, true)];
    expect(new Set(said).size).toBe(3);
    for (const sentence of said) expect(sentence).toMatch(/^[A-Z][^_]*\.$/);
  }
  expect(sayAfterwards('blocked', true)).toBe(words.blocked.says);
});

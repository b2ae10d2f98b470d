import { expect, test } from '@jest/globals';
import {
  type Code,
  isCode,
  messageAfterInteraction,
  words,
} from '../../../../client-app/auth/problem-words.ts';
import { problems } from '../../../../shared/api-error.ts';

test.each(Object.keys(problems))('has a message for the API problem %s', (code) => {
  expect(isCode(code)).toBe(true);
});

test('has one message for a code that the APIs do not have', () => {
  const clientCodes = Object.keys(words).filter((code) => !Object.hasOwn(problems, code));
  expect(clientCodes).toEqual(['unreachable']);
});

test.each([
  { value: 'toString' },
  { value: '__proto__' },
  { value: '' },
  { value: 'Blocked' },
  { value: undefined },
  { value: null },
  { value: 403 },
  { value: {} },
])('does not accept $value as a code', ({ value }) => {
  expect(isCode(value)).toBe(false);
});

test.each<Code>(['blocked', 'account_disabled', 'not_assigned', 'caller_not_allowed'])(
  'offers no retry for %s',
  (code) => {
    expect(words[code].offers).toEqual(['copy-id']);
  },
);

test.each(Object.entries(words))('has a full sentence without a code for %s', (_code, { says }) => {
  expect(says).toMatch(/^[A-Z][^_]*[.?]$/);
});

const interactionCodes: readonly Code[] = [
  'step_up_required',
  'consent_required',
  'insufficient_scope',
  'sign_in_again',
  'invalid_token',
];

test.each(interactionCodes)('has other messages for %s after a visit to Entra', (code) => {
  const before = words[code].says;
  const afterSuccess = messageAfterInteraction(code, false);
  const afterCancel = messageAfterInteraction(code, true);
  expect(new Set([before, afterSuccess, afterCancel]).size).toBe(3);
  expect(afterSuccess).toMatch(/^[A-Z][^_]*\.$/);
  expect(afterCancel).toMatch(/^[A-Z][^_]*\.$/);
});

test('has the usual message when a visit to Entra cannot help', () => {
  expect(messageAfterInteraction('blocked', true)).toBe(words.blocked.says);
});

import { expect, test } from '@jest/globals';
import {
  isCode,
  messageAfterInteraction,
  type ProblemCode,
  problemMessages,
} from '../../../../client-app/auth/problem-messages.ts';
import { problems } from '../../../../shared/api-error.ts';

test.each(Object.keys(problems))('has a message for the API problem %s', (code) => {
  expect(isCode(code)).toBe(true);
});

test('has one message for a code that the APIs do not have', () => {
  const clientCodes = Object.keys(problemMessages).filter((code) => !Object.hasOwn(problems, code));
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

test.each<ProblemCode>(['blocked', 'account_disabled', 'not_assigned', 'caller_not_allowed'])(
  'offers no retry for %s',
  (code) => {
    expect(problemMessages[code].offers).toEqual(['copy-id']);
  },
);

test.each(Object.entries(problemMessages))(
  'has a full sentence without a code for %s',
  (_code, { message }) => {
    expect(message).toMatch(/^[A-Z][^_]*[.?]$/);
  },
);

const interactionCodes: readonly ProblemCode[] = [
  'step_up_required',
  'consent_required',
  'insufficient_scope',
  'sign_in_again',
  'invalid_token',
];

test.each(interactionCodes)('has other messages for %s after a visit to Entra', (code) => {
  const before = problemMessages[code].message;
  const afterSuccess = messageAfterInteraction(code, false);
  const afterCancel = messageAfterInteraction(code, true);
  expect(new Set([before, afterSuccess, afterCancel]).size).toBe(3);
  expect(afterSuccess).toMatch(/^[A-Z][^_]*\.$/);
  expect(afterCancel).toMatch(/^[A-Z][^_]*\.$/);
});

test('has the usual message when a visit to Entra cannot help', () => {
  expect(messageAfterInteraction('blocked', true)).toBe(problemMessages.blocked.message);
});

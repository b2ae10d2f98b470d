import { expect, test } from '@jest/globals';
import { problemMessages } from '../../../../client-app/auth/problem-messages.ts';
import { explainAfterInteraction } from '../../../../shared/browser/after-interaction.ts';
import type { Problem } from '../../../../shared/browser/problem.ts';
import type { ProblemCode } from '../../../../shared/browser/problem-code.ts';
import { requiresInteraction } from '../../../../shared/browser/recovery.ts';

const createProblem = (code: ProblemCode, declined: boolean): Problem => ({
  code,
  status: 0,
  correlationId: '',
  declined,
});

const codes = Object.keys(problemMessages) as ProblemCode[];
const isInteractive = (code: ProblemCode) => requiresInteraction(createProblem(code, false));

test.each(codes.filter(isInteractive))('explains %s after a visit to Entra', (code) => {
  const before: string = problemMessages[code].message;
  const afterSuccess = explainAfterInteraction(createProblem(code, false));
  const afterCancel = explainAfterInteraction(createProblem(code, true));
  expect(new Set([before, afterSuccess, afterCancel]).size).toBe(3);
  expect(afterSuccess).toMatch(/^[A-Z][^_]*\.$/);
  expect(afterCancel).toMatch(/^[A-Z][^_]*\.$/);
});

test.each(codes.filter((code) => !isInteractive(code)))('explains no %s', (code) => {
  expect(explainAfterInteraction(createProblem(code, true))).toBeUndefined();
});

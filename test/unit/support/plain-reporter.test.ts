import { expect, test } from '@jest/globals';
import { describeResults } from '../../support/plain-reporter.ts';

const results = (overrides: object) =>
  ({
    testResults: [
      {
        testResults: [
          { status: 'pending', fullName: 'signs in [chromium is not installed]' },
          { status: 'passed', fullName: 'adds' },
        ],
      },
    ],
    numPassedTests: 1,
    numFailedTests: 0,
    numPendingTests: 1,
    numTodoTests: 0,
    numRuntimeErrorTestSuites: 0,
    ...overrides,
  }) as Parameters<typeof describeResults>[0];

test('lists the skipped tests with their reasons, then the counts', () => {
  expect(describeResults(results({}))).toEqual([
    'skipped: signs in [chromium is not installed]',
    '1 passed, 0 failed, 1 skipped',
  ]);
});

test('counts a test file that could not run as a failed test', () => {
  expect(describeResults(results({ numRuntimeErrorTestSuites: 2, numFailedTests: 1 })).at(-1)).toBe(
    '1 passed, 3 failed, 1 skipped',
  );
});

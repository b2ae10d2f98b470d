import type { AggregatedResult } from '@jest/reporters';

/** Ends jest's output with the reasons of the skipped tests (`needs` puts them into their names) and one plain line of counts. */
export default class PlainReporter {
  onRunComplete(_contexts: unknown, results: AggregatedResult): void {
    const lines = describeResults(results);
    // Jest's own summary comes after this call.
    process.once('exit', () => process.stderr.write(`\n${lines.join('\n')}\n`));
  }
}

export function describeResults(results: AggregatedResult): readonly string[] {
  const {
    testResults,
    numPassedTests,
    numFailedTests,
    numPendingTests,
    numTodoTests,
    numRuntimeErrorTestSuites,
  } = results;
  const tests = testResults.flatMap((suite) => suite.testResults);
  return [
    ...tests
      .filter(({ status }) => status === 'pending')
      .map(({ fullName }) => `skipped: ${fullName}`),
    ...(numRuntimeErrorTestSuites > 0
      ? [`${numRuntimeErrorTestSuites} test files could not run; each counts as one failed test.`]
      : []),
    `${numPassedTests} passed, ${numFailedTests + numRuntimeErrorTestSuites} failed, ${numPendingTests + numTodoTests} skipped`,
  ];
}

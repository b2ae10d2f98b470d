import type { AggregatedResult } from '@jest/reporters';

/**
 * A Jest reporter that ends the output with the skipped tests (`needs` puts the reason into their
 * names) and one plain line of counts.
 */
export default class PlainReporter {
  onRunComplete(_contexts: unknown, results: AggregatedResult): void {
    const lines = describeResults(results);
    // Jest prints its own summary after this call, so wait until the process exits.
    process.once('exit', () => process.stderr.write(`\n${lines.join('\n')}\n`));
  }
}

/** Returns one line for each skipped test, then the counts. */
export function describeResults(results: AggregatedResult): readonly string[] {
  const tests = results.testResults.flatMap((suite) => suite.testResults);
  const lines = tests
    .filter(({ status }) => status === 'pending')
    .map(({ fullName }) => `skipped: ${fullName}`);
  const failedFiles = results.numRuntimeErrorTestSuites;
  if (failedFiles > 0) {
    lines.push(`${failedFiles} test files could not run; each counts as one failed test.`);
  }
  const failed = results.numFailedTests + failedFiles;
  const skipped = results.numPendingTests + results.numTodoTests;
  lines.push(`${results.numPassedTests} passed, ${failed} failed, ${skipped} skipped`);
  return lines;
}

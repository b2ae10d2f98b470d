import { expect, test } from '@jest/globals';
import { ApiError } from '../../../../shared/api-error.ts';
import { SendFailure } from '../../../../shared/http/send.ts';
import { type Check, describeFailure, runChecks } from '../../../../tools/doctor/run-checks.ts';

function createCheck(name: string, run: Check['run'], ...needs: string[]): Check {
  return { name, needs, fix: `repair ${name}`, run };
}

const succeed = async () => ({ ok: 'fine' });

async function runAll(checks: readonly Check[], deadline?: number) {
  const lines: string[] = [];
  const firstFailure = await runChecks(checks, (line) => lines.push(line), deadline);
  return { firstFailure, output: lines.join('\n') };
}

test('reports no failure when all checks succeed', async () => {
  const { firstFailure, output } = await runAll([
    createCheck('one', succeed),
    createCheck('two', succeed, 'one'),
  ]);
  expect(firstFailure).toBeUndefined();
  expect(output).toBe('  ok      one  fine\n  ok      two  fine');
});

test('returns the first failure, skips the checks that need it and runs all others', async () => {
  const { firstFailure, output } = await runAll([
    createCheck('one', async () => ({ failed: 'broken', fix: 'replace it' })),
    createCheck('two', succeed, 'one'),
    createCheck('three', succeed, 'two'),
    createCheck('four', async () => Promise.reject(new SendFailure('connect'))),
    createCheck('five', succeed),
  ]);
  expect(firstFailure).toBe('one (broken)');
  expect(output).toMatch(/failed {2}one {4}broken\n +Fix: replace it/);
  expect(output).toMatch(/skipped two {4}needs one\n {2}skipped three {2}needs two/);
  expect(output).toMatch(/failed {2}four {3}connection refused .*\n +Fix: repair four/);
  expect(output).toMatch(/ {2}ok {6}five/);
});

test('runs a check whose prerequisite skipped itself', async () => {
  const { firstFailure, output } = await runAll([
    createCheck('vault', async () => ({ skipped: 'not used' })),
    createCheck('credential', succeed, 'vault'),
  ]);
  expect(firstFailure).toBeUndefined();
  expect(output).toMatch(/skipped vault {7}not used\n {2}ok {6}credential/);
});

test('aborts a check that exceeds its deadline and reports it as failed', async () => {
  let checkSignal: AbortSignal | undefined;
  const hang = (signal: AbortSignal) => {
    checkSignal = signal;
    return new Promise<never>(() => {});
  };
  const { firstFailure } = await runAll(
    [createCheck('one', hang), createCheck('two', succeed)],
    20,
  );
  expect(firstFailure).toBe('one (no response in time)');
  expect(checkSignal?.aborted).toBe(true);
});

const unavailable = (logContext: Record<string, string>) =>
  new ApiError('unavailable', { logContext });

test.each([
  {
    title: 'a status in the reason of an ApiError',
    error: unavailable({ check: 'keys', reason: 'status 500' }),
    description: 'responded with status 500',
  },
  {
    title: 'a bare status as the reason of an ApiError',
    error: unavailable({ check: 'credential', reason: '403' }),
    description: 'responded with status 403',
  },
  {
    title: 'another reason of an ApiError',
    error: unavailable({ check: 'managed-identity', reason: 'this app has no managed identity' }),
    description: 'this app has no managed identity',
  },
  {
    title: 'a timeout at the token endpoint',
    error: unavailable({ check: 'exchange', failure: 'timeout' }),
    description: 'no response in time',
  },
  {
    title: 'the end of a deadline',
    error: new ApiError('timeout', { logContext: { check: 'budget' } }),
    description: 'no response in time',
  },
  {
    title: 'the status of a RestError',
    error: { statusCode: 503, message: 'secret' },
    description: 'responded with status 503',
  },
  {
    title: 'a system error',
    error: { code: 'ECONNREFUSED', message: 'secret' },
    description: 'connection refused or host unreachable',
  },
  {
    title: 'any other error by its name',
    error: new RangeError('secret'),
    description: 'RangeError',
  },
])('describes $title without its message', ({ error, description }) => {
  expect(describeFailure(error)).toBe(description);
});

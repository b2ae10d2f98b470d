import { expect, test } from '@jest/globals';
import { type Check, describeFailure, runChecks } from '../../../../tools/doctor/check-up.ts';
import { ApiError } from '../../../../shared/api-error.ts';
import { SendFailure } from '../../../../shared/http/send.ts';

const check = (name: string, run: Check['run'], ...needs: string[]): Check => ({
  name,
  needs,
  fix: `mend ${name}`,
  run,
});
const good = async () => ({ ok: 'fine' });

async function runAll(checks: readonly Check[], deadline?: number) {
  const lines: string[] = [];
  return {
    first: await runChecks(checks, (line) => lines.push(line), deadline),
    text: lines.join('\n'),
  };
}

test('where all is well nothing is to be mended', async () => {
  const { first, text } = await runAll([check('one', good), check('two', good, 'one')]);
  expect(first).toBeUndefined();
  expect(text).toBe('  ok      one  fine\n  ok      two  fine');
});

test('the first failure is the one to mend; what needs it is skipped, what does not is checked', async () => {
  const { first, text } = await runAll([
    check('one', async () => ({ failed: 'broken', fix: 'glue it' })),
    check('two', good, 'one'),
    check('three', good, 'two'),
    check('four', async () => Promise.reject(new SendFailure('connect'))),
    check('five', good),
  ]);
  expect(first).toBe('one (broken)');
  expect(text).toMatch(/failed {2}one {4}broken\n +Fix: glue it/);
  expect(text).toMatch(/skipped two {4}needs one\n {2}skipped three {2}needs two/);
  expect(text).toMatch(/failed {2}four {3}nothing answers there\n +Fix: mend four\n {2}ok {6}five/);
});

test('what is skipped by itself holds nobody up', async () => {
  const { first, text } = await runAll([
    check('vault', async () => ({ skipped: 'not used' })),
    check('credential', good, 'vault'),
  ]);
  expect(first).toBeUndefined();
  expect(text).toMatch(/skipped vault {7}not used\n {2}ok {6}credential/);
});

test('a check that hangs is given up', async () => {
  const signals: AbortSignal[] = [];
  const hang = (signal: AbortSignal) => {
    signals.push(signal);
    return new Promise<never>(() => {});
  };
  const { first } = await runAll([check('one', hang), check('two', good)], 20);
  expect(first).toBe('one (no answer in time)');
  expect(signals[0]?.aborted).toBe(true);
});

test.each([
  [
    new ApiError('unavailable', { logContext: { check: 'keys', reason: 'status 500' } }),
    'it answers 500',
  ],
  [
    new ApiError('unavailable', { logContext: { check: 'credential', reason: '403' } }),
    'it answers 403',
  ],
  [
    new ApiError('unavailable', {
      logContext: { check: 'managed-identity', reason: 'this app has no managed identity' },
    }),
    'this app has no managed identity',
  ],
  [
    new ApiError('unavailable', { logContext: { check: 'exchange', failure: 'timeout' } }),
    'no answer in time',
  ],
  [new ApiError('timeout', { logContext: { check: 'budget' } }), 'no answer in time'],
  [{ statusCode: 503, message: 'secret' }, 'it answers 503'],
  [{ code: 'ECONNREFUSED', message: 'secret' }, 'nothing answers there'],
  [new RangeError('secret'), 'RangeError'],
])('a failure is told without its message: %#', (error, words) => {
  expect(describeFailure(error)).toBe(words);
});

import { expect, test } from '@jest/globals';
import { planTest } from '../../support/needs.ts';

test.each([{ ci: true }, { ci: false }])(
  'a test runs when its program is installed (CI: $ci)',
  ({ ci }) => {
    expect(planTest('chromium', { installed: true, ci })).toEqual({ action: 'run', reason: '' });
  },
);

test('a test without its program is skipped with the reason', () => {
  expect(planTest('chromium', { installed: false, ci: false })).toEqual({
    action: 'skip',
    reason: 'chromium is not installed',
  });
});

test('a test without its program fails in CI', () => {
  expect(planTest('chromium', { installed: false, ci: true })).toEqual({
    action: 'fail',
    reason: 'chromium is not installed, and CI requires it',
  });
});

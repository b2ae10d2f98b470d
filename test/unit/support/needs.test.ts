import { expect, test } from '@jest/globals';
import { decide } from '../../support/needs.ts';

test('a test whose program is there runs, in CI too', () => {
  expect([decide('chromium', true, false).fate, decide('chromium', true, true).fate]).toEqual([
    'run',
    'run',
  ]);
});

test('without its program a test is skipped with the reason, and fails in CI', () => {
  expect(decide('chromium', false, false)).toEqual({
    fate: 'skip',
    reason: 'chromium is not installed',
  });
  expect(decide('chromium', false, true)).toEqual({
    fate: 'fail',
    reason: 'chromium is not installed, and CI must have it',
  });
});

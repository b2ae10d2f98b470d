import { expect, test } from '@jest/globals';
import { readRetryAfter } from '../../../../shared/browser/retry-after.ts';

test.each([
  { form: 'seconds', value: '5', seconds: 5 },
  { form: 'zero seconds', value: '0', seconds: 1 },
  { form: 'a day in seconds', value: '86400', seconds: 300 },
  { form: 'a number of 400 digits', value: '9'.repeat(400), seconds: 300 },
  { form: 'a date', value: 'Sun, 22 Nov 2026 12:00:30 GMT', seconds: 30 },
  { form: 'a date in the past', value: 'Sun, 22 Nov 2026 11:00:00 GMT', seconds: 1 },
  { form: 'no header', value: null, seconds: undefined },
  { form: 'an empty value', value: '', seconds: undefined },
  { form: 'a space', value: ' ', seconds: undefined },
  { form: 'a word', value: 'soon', seconds: undefined },
  { form: 'a hyphen', value: '-', seconds: undefined },
  { form: 'NaN', value: 'NaN', seconds: undefined },
])('reads Retry-After from $form as $seconds', ({ value, seconds }) => {
  const now = Date.parse('2026-11-22T12:00:00Z');
  expect(readRetryAfter(value, now)).toBe(seconds);
});

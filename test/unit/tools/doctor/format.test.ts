import { expect, test } from '@jest/globals';
import {
  formatDuration,
  formatList,
  formatTime,
  sanitize,
} from '../../../../tools/doctor/format.ts';

test.each([
  { seconds: 0, text: '0 seconds' },
  { seconds: 1, text: '1 second' },
  { seconds: 61, text: '1 minute 1 second' },
  { seconds: 59 * 60 + 59, text: '59 minutes' },
  { seconds: -5_280, text: '1 hour 28 minutes' },
  { seconds: 90_000, text: '1 day 1 hour' },
  { seconds: 364 * 86_400 + 5, text: '364 days' },
])('formats a duration of $seconds s as "$text"', ({ seconds, text }) => {
  expect(formatDuration(seconds)).toBe(text);
});

test('formats a future time as a date and the time left', () => {
  expect(formatTime(1_000_060, 1_000_000)).toBe('1970-01-12 13:47:40 UTC, in 1 minute');
});

test('formats a past time as a date and the time passed', () => {
  expect(formatTime(1_000_000, 1_000_005)).toBe('1970-01-12 13:46:40 UTC, 5 seconds ago');
});

test('formats a time that is not a number as invalid', () => {
  expect(formatTime('soon', 0)).toBe('invalid time (soon)');
});

test('formats a time outside of the range of dates as invalid', () => {
  expect(formatTime(1e300, 0)).toMatch(/^invalid time/);
});

test('replaces control characters with spaces', () => {
  expect(sanitize('a\u001b[0m\nb')).toBe('a [0m b');
});

test('truncates long text after 160 characters and appends an ellipsis', () => {
  expect(sanitize('x'.repeat(500))).toBe(`${'x'.repeat(160)}…`);
});

test('sanitizes an object as JSON', () => {
  expect(sanitize({ a: 1 })).toBe('{"a":1}');
});

test('sanitizes undefined as its name', () => {
  expect(sanitize(undefined)).toBe('undefined');
});

test('formats an empty list as "none"', () => {
  expect(formatList([])).toBe('none');
});

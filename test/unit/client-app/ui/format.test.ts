import { expect, test } from '@jest/globals';
import { formatAgo, initials, shorten } from '../../../../client-app/ui/format.ts';

const now = new Date('2026-11-22T12:00:00Z');

test.each([
  { seconds: -10, text: 'just now' },
  { seconds: -60, text: '1 minute ago' },
  { seconds: -3_600, text: '1 hour ago' },
  { seconds: -86_400, text: 'yesterday' },
  { seconds: 62 * 60, text: 'in 1 hour' },
  { seconds: 50 * 60, text: 'in 50 minutes' },
  { seconds: -30 * 86_400, text: 'Oct 23, 2026' },
])('formats a date $seconds seconds from now as "$text"', ({ seconds, text }) => {
  const date = new Date(now.getTime() + seconds * 1000);
  expect(formatAgo(date, now)).toBe(text);
});

test('formats an invalid date without an error', () => {
  expect(formatAgo(new Date('never'), now)).toBe('at an unknown time');
});

test.each([
  { name: 'Alice Almeida', letters: 'AA' },
  { name: 'Bob', letters: 'B' },
  { name: 'Ana María de la Cruz', letters: 'AC' },
  { name: '李 小龍', letters: '李小' },
  { name: '👩‍🚀 Zed', letters: '👩Z' },
  { name: '  ', letters: '?' },
  { name: '', letters: '?' },
])('takes the initials of "$name" from the first and the last name', ({ name, letters }) => {
  expect(initials(name)).toBe(letters);
});

test('shortens a GUID', () => {
  expect(shorten('a11ce000-0000-4000-8000-000000000001')).toBe('a11ce000…0001');
});

test('keeps a short id', () => {
  expect(shorten('plan')).toBe('plan');
});

import { expect, test } from '@jest/globals';
import { formatAgo, initials, shorten } from '../../../../client-app/ui/format.ts';

const now = new Date('2026-11-22T12:00:00Z');
const at = (seconds: number) => new Date(now.getTime() + seconds * 1000);

test.each([
  [-10, 'just now'],
  [-60, '1 minute ago'],
  [-3_600, '1 hour ago'],
  [-86_400, 'yesterday'],
  [62 * 60, 'in 1 hour'],
  [50 * 60, 'in 50 minutes'],
  [-30 * 86_400, 'Oct 23, 2026'],
])('%i seconds from now reads as %p', (seconds, words) => {
  expect(formatAgo(at(seconds), now)).toBe(words);
});

test('a date that is none does not break the page', () => {
  expect(formatAgo(new Date('never'), now)).toBe('some time');
});

test('initials come from the first and the last name, in any script', () => {
  expect(
    ['Alice Almeida', 'Bob', 'Ana María de la Cruz', '李 小龍', '👩‍🚀 Zed', '  ', ''].map(initials),
  ).toEqual(['AA', 'B', 'AC', '李小', '👩Z', '?', '?']);
});

test('only long ids are shortened', () => {
  expect([shorten('plan'), shorten('a11ce000-0000-4000-8000-000000000001')]).toEqual([
    'plan',
    'a11ce000…0001',
  ]);
});

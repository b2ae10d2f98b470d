import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compareLines, type MarkedLine } from '../../../../client-app/editing/line-diff.ts';

const own = (lines: readonly MarkedLine[]) =>
  lines.filter((line) => line.own).map((line) => line.text);
const shared = (lines: readonly MarkedLine[]) =>
  lines.filter((line) => !line.own).map((line) => line.text);

test('marks the lines that only one side has', () => {
  const { mine, theirs } = compareLines('one\ntwo\nthree', 'zero\none\nthree\nfour');
  expect(own(mine)).toEqual(['two']);
  expect(own(theirs)).toEqual(['zero', 'four']);
});

test('equal texts hold no mark', () => {
  const { mine, theirs } = compareLines('a\n\nb', 'a\n\nb');
  expect([own(mine), own(theirs)]).toEqual([[], []]);
});

test('both sides keep all their lines in order, and agree on what they share', () => {
  const text = fc
    .array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 })
    .map((lines) => lines.join('\n'));
  fc.assert(
    fc.property(text, text, (left, right) => {
      const { mine, theirs } = compareLines(left, right);
      expect(mine.map((line) => line.text).join('\n')).toBe(left);
      expect(theirs.map((line) => line.text).join('\n')).toBe(right);
      expect(shared(mine)).toEqual(shared(theirs));
    }),
  );
});

test('a long text is compared without a table of millions', () => {
  const long = Array.from({ length: 20_000 }, (_, index) => `line ${index}`).join('\n');
  const { mine, theirs } = compareLines(`${long}\nmine`, `${long}\ntheirs`);
  expect([own(mine), own(theirs)]).toEqual([['mine'], ['theirs']]);
});

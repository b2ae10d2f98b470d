import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type ComparedLine, compareLines } from '../../../../client-app/editing/line-diff.ts';

const allLines = (lines: readonly ComparedLine[]) => lines.map(({ text }) => text);
const markedLines = (lines: readonly ComparedLine[]) =>
  allLines(lines.filter(({ onlyHere }) => onlyHere));
const commonLines = (lines: readonly ComparedLine[]) =>
  allLines(lines.filter(({ onlyHere }) => !onlyHere));

test('marks the lines that only one text has', () => {
  const { mine, theirs } = compareLines('one\ntwo\nthree', 'zero\none\nthree\nfour');
  expect(markedLines(mine)).toEqual(['two']);
  expect(markedLines(theirs)).toEqual(['zero', 'four']);
});

test('marks no line of equal texts', () => {
  const { mine, theirs } = compareLines('a\n\nb', 'a\n\nb');
  expect(markedLines(mine)).toEqual([]);
  expect(markedLines(theirs)).toEqual([]);
});

const anyText = fc
  .array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 })
  .map((lines) => lines.join('\n'));

test('returns all lines of both texts in order', () => {
  fc.assert(
    fc.property(anyText, anyText, (left, right) => {
      const { mine, theirs } = compareLines(left, right);
      expect(allLines(mine).join('\n')).toBe(left);
      expect(allLines(theirs).join('\n')).toBe(right);
    }),
  );
});

test('leaves the same lines of both texts unmarked', () => {
  fc.assert(
    fc.property(anyText, anyText, (left, right) => {
      const { mine, theirs } = compareLines(left, right);
      expect(commonLines(mine)).toEqual(commonLines(theirs));
    }),
  );
});

test('compares long texts without a table of all pairs of lines', () => {
  const long = Array.from({ length: 20_000 }, (_, index) => `line ${index}`).join('\n');
  const { mine, theirs } = compareLines(`${long}\nmine`, `${long}\ntheirs`);
  expect(markedLines(mine)).toEqual(['mine']);
  expect(markedLines(theirs)).toEqual(['theirs']);
});

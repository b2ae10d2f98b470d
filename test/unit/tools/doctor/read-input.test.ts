import { PassThrough, Readable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { describeSpan, describeTime, listOf, plain } from '../../../../tools/doctor/plain.ts';
import { readInput } from '../../../../tools/doctor/read-input.ts';

const notOpen = 999_999;

test('words are joined as they were typed', async () => {
  expect(await readInput(['Bearer', 'error="x"'], new PassThrough())).toBe('Bearer error="x"');
});

test('a dash reads standard input to its end', async () => {
  expect(await readInput(['-'], Readable.from(['AADSTS', '65001\n']))).toBe('AADSTS65001');
});

test('nothing on a terminal or a closed input is nothing', async () => {
  expect(await readInput([], Object.assign(new PassThrough(), { fd: notOpen }))).toBe('');
});

test('an input without end is read no further than 1 MiB and a bit', async () => {
  const endless = new Readable({
    read() {
      this.push('x'.repeat(64 * 1024));
    },
  });
  expect((await readInput(['-'], endless)).length).toBeLessThan(1.2 * 1024 * 1024);
});

test.each([
  [0, '0 seconds'],
  [1, '1 second'],
  [61, '1 minute 1 second'],
  [59 * 60 + 59, '59 minutes'],
  [-5_280, '1 hour 28 minutes'],
  [90_000, '1 day 1 hour'],
  [364 * 86_400 + 5, '364 days'],
])('%d seconds are "%s"', (seconds, words) => expect(describeSpan(seconds)).toBe(words));

test('a time is a moment and how far it is away', () => {
  expect(describeTime(1_000_060, 1_000_000)).toBe('1970-01-12 13:47:40 UTC, in 1 minute');
  expect(describeTime(1_000_000, 1_000_005)).toBe('1970-01-12 13:46:40 UTC, 5 seconds ago');
  expect(describeTime('soon', 0)).toBe('no time (soon)');
  expect(describeTime(1e300, 0)).toMatch(/^no time/);
});

test('text from outside becomes one short line', () => {
  expect(plain('a\u001b[0m\nb')).toBe('a [0m b');
  expect(plain('x'.repeat(500))).toHaveLength(161);
  expect(plain({ a: 1 })).toBe('{"a":1}');
  expect(plain(undefined)).toBe('undefined');
  expect(listOf([])).toBe('none');
});

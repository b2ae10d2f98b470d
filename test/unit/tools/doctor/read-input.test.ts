import { PassThrough, Readable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { readInput } from '../../../../tools/doctor/read-input.ts';

/** A file descriptor that is not open. */
const closedFd = 999_999;
const kib = 1024;

test('joins the arguments with spaces', async () => {
  const input = await readInput(['Bearer', 'error="x"'], new PassThrough());
  expect(input).toBe('Bearer error="x"');
});

test('reads standard input to its end for "-"', async () => {
  const input = await readInput(['-'], Readable.from(['AADSTS', '65001\n']));
  expect(input).toBe('AADSTS65001');
});

test('returns an empty input when standard input is not a pipe', async () => {
  const stdin = Object.assign(new PassThrough(), { fd: closedFd });
  expect(await readInput([], stdin)).toBe('');
});

test('stops reading an endless input soon after 1 MiB', async () => {
  const endless = new Readable({
    read() {
      this.push('x'.repeat(64 * kib));
    },
  });
  const input = await readInput(['-'], endless);
  expect(input.length).toBeLessThan(1.2 * kib * kib);
});

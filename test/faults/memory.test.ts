import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const child = fileURLToPath(new URL('./memory-child.ts', import.meta.url));

test('100,000 users: 10,000 tokens are kept, the process grows by at most 150 MiB and what lives by 40, and everybody gets a token of their own', () => {
  const options = ['--expose-gc', '--disable-warning=ExperimentalWarning', child];
  const { growth, mixUps, asked } = JSON.parse(
    execFileSync(process.execPath, options, { encoding: 'utf8' }),
  );
  expect(mixUps).toBe(0);
  expect(asked).toEqual([100_000, 100_001]);
  expect(growth.heap).toBeLessThan(40);
  expect(growth.resident).toBeLessThan(150);
});

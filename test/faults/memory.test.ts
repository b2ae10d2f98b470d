import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { MemoryReport } from './memory-child.ts';

const program = fileURLToPath(new URL('./memory-child.ts', import.meta.url));

describe('exchanges for 100,000 users', () => {
  let report: MemoryReport;
  beforeAll(() => {
    const options = ['--expose-gc', '--disable-warning=ExperimentalWarning', program];
    report = JSON.parse(execFileSync(process.execPath, options, { encoding: 'utf8' }));
  });

  test('return to each user a token of that user', () => {
    expect(report.mixUps).toBe(0);
    expect(report.exchanges).toBe(100_000);
  });

  test('cache the tokens of the last 10,000 users only', () => {
    expect(report.exchangesAfterRepeatedUsers).toBe(100_000);
    expect(report.exchangesAfterFirstUser).toBe(100_001);
  });

  test('grow the live heap by less than 40 MiB', () => {
    expect(report.heapGrowth).toBeLessThan(40);
  });

  test('grow the resident memory by less than 150 MiB', () => {
    expect(report.residentGrowth).toBeLessThan(150);
  });
});

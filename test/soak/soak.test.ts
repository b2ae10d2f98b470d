import { beforeAll, describe, expect, test } from '@jest/globals';
import { runSoak, type SoakResult } from './run-soak.ts';

describe('3,000 interleaved calls of 100 users while policies change', () => {
  let result: SoakResult;

  beforeAll(async () => {
    result = await runSoak({ calls: 3_000, users: 100, sessions: 4 });
  }, 180_000);

  test('never return the claims of another user', () => {
    expect(result.mixUps).toBe(0);
  });

  test('are refused only for the users to whom a policy applies', () => {
    expect(result.misdirectedRefusals).toBe(0);
  });

  test('never return 500', () => {
    expect(result.statuses[500]).toBeUndefined();
  });

  test('mostly succeed', () => {
    expect(result.statuses[200]).toBeGreaterThan(1_000);
  });

  test('sometimes fail because of the policies', () => {
    expect(Object.keys(result.statuses).length).toBeGreaterThan(1);
  });

  test('let no API grow by 150 MiB', () => {
    expect(Math.max(...result.growth.most)).toBeLessThan(150);
  });
});

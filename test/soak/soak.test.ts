import { expect, test } from '@jest/globals';
import { runSoak } from './run-soak.ts';

test('3,000 interleaved calls of 100 users with faults on: every answer is its caller’s, and no refusal is another’s', async () => {
  const { statuses, mixUps, foreignRefusals, growth } = await runSoak({
    calls: 3_000,
    users: 100,
    sessions: 4,
  });
  expect({ mixUps, foreignRefusals, bugs: statuses[500] ?? 0 }).toEqual({
    mixUps: 0,
    foreignRefusals: 0,
    bugs: 0,
  });
  expect(statuses[200]).toBeGreaterThan(1_000);
  expect(Object.keys(statuses).length).toBeGreaterThan(1);
  expect(Math.max(...growth.most)).toBeLessThan(150);
}, 180_000);

import { expect, test } from '@jest/globals';
import { type Load, planCapacity } from '../../infra/plan-capacity.ts';

const load: Load = {
  rps: 100,
  users: 10_000,
  latency: { original: 60, downstream: 25 },
  cpu: { original: 2, downstream: 1.5 },
  concurrency: 50,
  alwaysReady: 0,
};

test('what is under way decides where requests wait, and CPU where they compute', () => {
  const waiting = planCapacity({ ...load, rps: 1_000, latency: { original: 1_000, downstream: 25 } });
  expect(waiting.instances.original).toBe(Math.ceil(1_000 / (50 * 0.7)));
  expect(waiting.bound.original).toBe('concurrency');
  const computing = planCapacity({ ...load, rps: 1_000, cpu: { original: 10, downstream: 1.5 } });
  expect(computing.instances.original).toBe(Math.ceil(10 / 0.7));
  expect(computing.bound.original).toBe('cpu');
});

test('at rest nothing is paid unless instances are kept ready', () => {
  expect(planCapacity(load).cost.rest).toBe(0);
  expect(planCapacity({ ...load, alwaysReady: 1 }).cost.rest).toBeCloseTo(2 * 2 * 0.000004 * 730 * 3_600, 6);
});

test('a user of one instance costs one exchange an hour, of many at most one for each', () => {
  expect(planCapacity({ ...load, rps: 10 }).exchangesPerSecond).toBeCloseTo(10_000 / 3_600, 3);
  const many = planCapacity({ ...load, rps: 10_000, users: 10 });
  expect(many.exchangesPerSecond).toBeCloseTo((10 * many.instances.original) / 3_600, 3);
});

test('a million calls cost less at a full instance than at an idle one', () => {
  expect(planCapacity(load).cost.million).toBeLessThan(planCapacity({ ...load, rps: 1 }).cost.million);
});

test('a load that one deployment cannot take is said, with what to do', () => {
  const { warnings } = planCapacity({ ...load, rps: 1_000_000, users: 10_000_000 });
  expect(warnings.join('\n')).toMatch(/several regions[\s\S]*20,000[\s\S]*Entra throttles/);
  expect(planCapacity(load).warnings).toEqual([]);
});

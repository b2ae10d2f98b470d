import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { inputs, type Numbers } from '../../tools/capacity/inputs.ts';
import { memory, planCapacity } from '../../tools/capacity/plan.ts';

const usual = Object.fromEntries(
  Object.entries(inputs).map(([name, { value }]) => [name, value]),
) as unknown as Numbers;
const plan = (some: Partial<Numbers>) => planCapacity({ ...usual, 'worker-cpu': 0.5, ...some });

test('what is under way decides where requests wait, and CPU where they compute', () => {
  const waiting = plan({ rps: 1_000, 'original-latency': 1_000 });
  expect(waiting.instances.original).toBe(Math.ceil(1_000 / (50 * 0.7)));
  expect(waiting.bound.original).toBe('concurrency');
  const computing = plan({ rps: 1_000, 'host-cpu': 10 });
  expect(computing.instances.original).toBe(Math.ceil(10.25 / 0.7));
  expect(computing.bound.original).toBe('cpu');
});

test('at rest nothing is paid unless instances are kept ready', () => {
  expect(plan({}).cost.rest).toBe(0);
  expect(plan({ 'always-ready': 1 }).cost.rest).toBeCloseTo(2 * memory * 0.000004 * 730 * 3_600, 6);
});

test('a rare call is paid for a whole second in both APIs, a full instance by the second', () => {
  const once = plan({ rps: 0.0001 }).cost.million;
  expect(once).toBeCloseTo(1e6 * 2 * memory * 0.000026 + 2 * 0.4 + 1.2 * 0.036, 1);
  expect(plan({ rps: 50 }).cost.million).toBeCloseTo(
    (2 * memory * 0.000026 * 1e6) / 50 + 2 * 0.4 + 1.2 * 0.036,
    6,
  );
});

test('an always-ready instance at work costs less than one on demand', () => {
  expect(plan({ rps: 100, 'always-ready': 1 }).cost.month).toBeLessThan(
    plan({ rps: 100 }).cost.month,
  );
});

test('a user of one instance costs one exchange an hour, of many at most one for each', () => {
  expect(plan({ rps: 10 }).exchangesPerSecond).toBeCloseTo(10_000 / 3_600, 3);
  const many = plan({ rps: 10_000, users: 10 });
  expect(many.exchangesPerSecond).toBeCloseTo((10 * many.instances.original) / 3_600, 3);
});

test('a load that one deployment cannot take is said, with what to do', () => {
  const { warnings } = plan({ rps: 1_000_000, users: 10_000_000 });
  expect(warnings.join('\n')).toMatch(
    /several regions[\s\S]*500 GB[\s\S]*20000[\s\S]*Entra throttles/,
  );
  expect(plan({}).warnings).toEqual([]);
});

test('the table of docs/deploy.md is what is calculated', () => {
  const text = readFileSync(new URL('../../docs/deploy.md', import.meta.url), 'utf8');
  const [, table = ''] = /\| requests a second \|.*\n\|[-|]+\n((?:\|.*\n)+)/.exec(text) ?? [];
  const rows = table
    .trim()
    .split('\n')
    .map((line) =>
      line
        .replaceAll(/(?<=\d),(?=\d)/g, '')
        .replaceAll(/[|,]|\(too many\)/g, ' ')
        .trim()
        .split(/\s+/)
        .map(Number),
    );
  expect(rows).toHaveLength(5);
  for (const [rps = 0, users = 0, original, downstream, exchanges = 0, million] of rows) {
    const { instances, exchangesPerSecond, cost } = plan({ rps, users });
    expect([rps, instances, Number(cost.million.toFixed(2))]).toEqual([
      rps,
      { original, downstream },
      million,
    ]);
    expect(Math.abs(exchanges / exchangesPerSecond - 1)).toBeLessThan(0.1);
  }
});

const program = fileURLToPath(new URL('../../tools/capacity.ts', import.meta.url));
const run = (...args: string[]) => promisify(execFile)(process.execPath, [program, ...args]);

test('the program says of every number whether it is given, measured, assumed or a page’s', async () => {
  const { stdout } = await run('--rps', '500');
  expect(stdout).toMatch(/--rps +500 .*\[given\]/);
  expect(stdout).toMatch(/--worker-cpu +0\.\d+ .*\[measured: npm run bench, README\.md\]/);
  expect(stdout).toMatch(/--gigabyte-second +0\.000026 .*\[list price, https:/);
  expect(
    stdout.match(/^ {2}--.*\[(given|yours|infra|measured|assumed|list price|https).*\]$/gm),
  ).toHaveLength(Object.keys(inputs).length);
});

test.each(['0', '1.5'])('an instance that is %s full is refused by name', async (fill) => {
  await expect(run('--fill', fill)).rejects.toMatchObject({
    code: 1,
    stderr: `--fill is a part, more than 0 and at most 1, not ${fill}.\n`,
  });
});

test('what is no number is refused by name', async () => {
  await expect(run('--rps', 'many')).rejects.toMatchObject({
    code: 1,
    stderr: '--rps is a number, not many.\n',
  });
});

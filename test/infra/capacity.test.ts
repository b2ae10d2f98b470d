import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { type InputValues, inputs } from '../../tools/capacity/inputs.ts';
import { memory, planCapacity } from '../../tools/capacity/plan.ts';

const defaults = Object.fromEntries(
  Object.entries(inputs).map(([name, { value }]) => [name, value]),
) as InputValues;

/** The CPU time is fixed here, because the default is measured. */
const plan = (changes: Partial<InputValues>) =>
  planCapacity({ ...defaults, 'worker-cpu': 0.5, ...changes });

const secondsPerMonth = 730 * 3_600;

describe('the number of instances', () => {
  test('depends on concurrent requests when requests mostly wait', () => {
    const { instances, bound } = plan({ rps: 1_000, 'original-latency': 1_000 });
    const concurrentRequests = 1_000;
    expect(instances.original).toBe(Math.ceil(concurrentRequests / (50 * 0.7)));
    expect(bound.original).toBe('concurrency');
  });

  test('depends on CPU time when requests mostly compute', () => {
    const { instances, bound } = plan({ rps: 1_000, 'host-cpu': 10 });
    const busyCores = 10.25;
    expect(instances.original).toBe(Math.ceil(busyCores / 0.7));
    expect(bound.original).toBe('cpu');
  });
});

describe('the cost', () => {
  const executions = 2 * 0.4;
  const tableOperations = 1.2 * 0.036;

  test('without requests is zero', () => {
    expect(plan({}).cost.idleMonth).toBe(0);
  });

  test('without requests is that of the always-ready instances', () => {
    const { cost } = plan({ 'always-ready': 1 });
    expect(cost.idleMonth).toBeCloseTo(2 * memory * 0.000004 * secondsPerMonth, 6);
  });

  test('of a rare call is a whole second in both APIs', () => {
    const { cost } = plan({ rps: 0.0001 });
    const seconds = 1e6 * 2 * memory * 0.000026;
    expect(cost.millionCalls).toBeCloseTo(seconds + executions + tableOperations, 1);
  });

  test('of a busy instance is shared by its calls', () => {
    const { cost } = plan({ rps: 50 });
    const seconds = (1e6 / 50) * 2 * memory * 0.000026;
    expect(cost.millionCalls).toBeCloseTo(seconds + executions + tableOperations, 6);
  });

  test('of a busy instance is lower when it is always ready', () => {
    const alwaysReady = plan({ rps: 100, 'always-ready': 1 }).cost.month;
    const onDemand = plan({ rps: 100 }).cost.month;
    expect(alwaysReady).toBeLessThan(onDemand);
  });
});

describe('the number of exchanges', () => {
  test('is one per user and hour with one instance', () => {
    expect(plan({ rps: 10 }).exchangesPerSecond).toBeCloseTo(10_000 / 3_600, 3);
  });

  test('is one per user, hour and instance when every instance serves every user', () => {
    const { instances, exchangesPerSecond } = plan({ rps: 10_000, users: 10 });
    expect(exchangesPerSecond).toBeCloseTo((10 * instances.original) / 3_600, 3);
  });
});

describe('the warnings', () => {
  test('are empty for the default load', () => {
    expect(plan({}).warnings).toEqual([]);
  });

  test.each([
    { limit: 'instances per app', advice: 'behind Front Door' },
    { limit: 'the memory quota', advice: '500 GB' },
    { limit: 'table operations', advice: '20000 per storage account' },
    { limit: 'exchanges', advice: 'Entra may throttle' },
  ])('name $limit when a load exceeds them', ({ advice }) => {
    const { warnings } = plan({ rps: 1_000_000, users: 10_000_000 });
    expect(warnings.join('\n')).toContain(advice);
  });
});

describe('the table in docs/deploy.md', () => {
  const rows = readDocumentedRows();

  test('has 5 rows', () => {
    expect(rows).toHaveLength(5);
  });

  test.each(rows)('has the calculated numbers for $rps requests per second', (row) => {
    const { instances, exchangesPerSecond, cost } = plan({ rps: row.rps, users: row.users });
    expect(instances.original).toBe(row.original);
    expect(instances.downstream).toBe(row.downstream);
    expect(Number(cost.millionCalls.toFixed(2))).toBe(row.millionCalls);
    const rounding = Math.abs(row.exchanges / exchangesPerSecond - 1);
    expect(rounding).toBeLessThan(0.1);
  });
});

/** Reads `| 5,000 | 500,000 | 9, 9 | 1,232 (too many) | 1.03 |` as six numbers. */
function readDocumentedRows() {
  const text = readFileSync(new URL('../../docs/deploy.md', import.meta.url), 'utf8');
  const [, table = ''] =
    /\| requests (?:a|per) second \|.*\n\|[-|]+\n((?:\|.*\n)+)/.exec(text) ?? [];
  const lines = table.trim().split('\n');
  return lines.map((line) => {
    const withoutSeparators = line.replaceAll(/(?<=\d),(?=\d)/g, '');
    const numbers = (withoutSeparators.match(/[\d.]+/g) ?? []).map(Number);
    const [rps = 0, users = 0, original, downstream, exchanges = 0, millionCalls] = numbers;
    return { rps, users, original, downstream, exchanges, millionCalls };
  });
}

describe('npm run capacity', () => {
  const program = fileURLToPath(new URL('../../tools/capacity.ts', import.meta.url));
  const run = (...args: string[]) => promisify(execFile)(process.execPath, [program, ...args]);

  test('prints the source of every input', async () => {
    const { stdout } = await run('--rps', '500');
    expect(stdout).toMatch(/--rps +500 .*\[given\]/);
    expect(stdout).toMatch(/--worker-cpu +0\.\d+ .*\[measured: npm run bench, README\.md\]/);
    expect(stdout).toMatch(/--gigabyte-second +0\.000026 .*\[list price, https:/);
    const sources = /^ {2}--.*\[(given|your load|infra|measured|assumed|list price|https).*\]$/gm;
    expect(stdout.match(sources)).toHaveLength(Object.keys(inputs).length);
  });

  test.each([{ fill: '0' }, { fill: '1.5' }])(
    'exits with code 2 when --fill is $fill',
    async ({ fill }) => {
      await expect(run('--fill', fill)).rejects.toMatchObject({
        code: 2,
        stderr: expect.stringMatching(
          `^--fill must be greater than 0 and at most 1, but is ${fill}.\nUsage: `,
        ),
      });
    },
  );

  test.each([{ text: 'many' }, { text: '' }, { text: '-1' }])(
    'exits with code 2 when --rps is "$text"',
    async ({ text }) => {
      await expect(run(`--rps=${text}`)).rejects.toMatchObject({
        code: 2,
        stderr: expect.stringMatching(
          `^--rps must be a number that is not negative, but is "${text}".\nUsage: `,
        ),
      });
    },
  );
});

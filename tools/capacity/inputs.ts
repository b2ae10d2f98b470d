import { readFileSync } from 'node:fs';

/** A number that the plan counts on, and where it comes from. */
export interface Input {
  readonly value: number;
  readonly means: string;
  readonly from: string;
}

const prices = 'list price, https://azure.microsoft.com/pricing/details/functions/';
const plan = 'https://learn.microsoft.com/azure/azure-functions/flex-consumption-plan';
const assumed = 'assumed';

/**
 * Every number of the plan by the name of its option. Prices and limits are what Microsoft's pages said when this was written: they change and
 * differ by region, so give your own.
 */
export const inputs = {
  rps: { value: 100, means: 'requests a second at Original API', from: 'yours to say' },
  users: { value: 10_000, means: 'people who use it within an hour', from: 'yours to say' },
  concurrency: { value: 50, means: 'requests an instance takes at once', from: 'infra/main.bicep' },
  'always-ready': {
    value: 0,
    means: 'instances of each API that are never stopped',
    from: 'infra/main.bicep',
  },
  'worker-cpu': {
    value: workerCpu(),
    means: 'ms of CPU of a chained request in both workers',
    from: 'measured: npm run bench, README.md',
  },
  'host-cpu': {
    value: 1,
    means: 'ms of CPU of a request in the functions host and the store client, per API',
    from: assumed,
  },
  'original-latency': {
    value: 60,
    means: 'ms that a request is under way in Original',
    from: `${assumed}: your logs say`,
  },
  'downstream-latency': {
    value: 25,
    means: 'ms of that in Downstream',
    from: `${assumed}: your logs say`,
  },
  'table-operations': { value: 1.2, means: 'table operations of a request', from: assumed },
  fill: {
    value: 0.7,
    means: 'part of an instance that is used when another is started',
    from: assumed,
  },
  'exchange-limit': {
    value: 200,
    means: 'exchanges a second that Entra takes from one app',
    from: `${assumed}: Entra publishes none`,
  },
  'gigabyte-second': { value: 0.000026, means: 'dollars, on demand', from: prices },
  'ready-gigabyte-second': {
    value: 0.000004,
    means: 'dollars, of an always-ready instance at rest',
    from: prices,
  },
  'ready-execution': {
    value: 0.000016,
    means: 'dollars for a GB-second, of an always-ready instance at work, on top',
    from: prices,
  },
  executions: { value: 0.4, means: 'dollars for a million executions', from: prices },
  transactions: {
    value: 0.036,
    means: 'dollars for a million table operations',
    from: 'list price, https://azure.microsoft.com/pricing/details/storage/tables/',
  },
  'billed-second': {
    value: 1,
    means: 'seconds that are paid for at least, whenever an instance works',
    from: `${plan}#billing`,
  },
  'instance-limit': { value: 1_000, means: 'instances of one app', from: plan },
  'quota-gigabytes': {
    value: 500,
    means: 'GB of all apps of a subscription in a region, until you ask for more',
    from: plan,
  },
  'table-limit': {
    value: 20_000,
    means: 'operations a second of one storage account',
    from: 'https://learn.microsoft.com/azure/storage/tables/scalability-targets',
  },
} satisfies Record<string, Input>;

export type Numbers = Readonly<Record<keyof typeof inputs, number>>;

/** Milliseconds, out of the table that `npm run bench -- --write` puts into README.md. */
function workerCpu(): number {
  const text = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const [, figure, unit] =
    /^\| Warm chain in two Functions workers.*\(([\d.,]+) (µs|ms) against/m.exec(text) ?? [];
  if (!figure)
    throw new Error('README.md has no figure of the warm chain: run `npm run bench -- --write`.');
  return Number(figure.replace(',', '')) / (unit === 'ms' ? 1 : 1_000);
}

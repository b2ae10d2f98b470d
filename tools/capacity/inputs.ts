import { readFileSync } from 'node:fs';

/** A number that the plan is calculated from. */
export interface Input {
  /** The value when the option is absent. */
  readonly value: number;
  /** The unit and the meaning. */
  readonly meaning: string;
  /** Where the value comes from. */
  readonly source: string;
}

const functionsPrices = 'list price, https://azure.microsoft.com/pricing/details/functions/';
const tablePrices = 'list price, https://azure.microsoft.com/pricing/details/storage/tables/';
const flexConsumption = 'https://learn.microsoft.com/azure/azure-functions/flex-consumption-plan';
const tableTargets = 'https://learn.microsoft.com/azure/storage/tables/scalability-targets';
const yourLoad = 'your load';
const deployment = 'infra/main.bicep';
const assumed = 'assumed';

/**
 * All inputs by option name. Prices and limits are those of Microsoft's pages at the time of
 * writing. They change, and prices differ by region, so pass the current values as options.
 */
export const inputs = {
  rps: { value: 100, meaning: 'requests per second at Original API', source: yourLoad },
  users: { value: 10_000, meaning: 'users per hour', source: yourLoad },
  concurrency: {
    value: 50,
    meaning: 'concurrent requests per instance',
    source: deployment,
  },
  'always-ready': {
    value: 0,
    meaning: 'always-ready instances per API',
    source: deployment,
  },
  'worker-cpu': {
    value: readWorkerCpu(),
    meaning: 'ms of CPU time per request in the workers of both APIs together',
    source: 'measured: npm run bench, README.md',
  },
  'host-cpu': {
    value: 1,
    meaning: 'ms of CPU time per request in the Functions host and the table client, per API',
    source: assumed,
  },
  'original-latency': {
    value: 60,
    meaning: 'ms per request in Original API',
    source: `${assumed}: see your logs`,
  },
  'downstream-latency': {
    value: 25,
    meaning: 'ms per request in Downstream API',
    source: `${assumed}: see your logs`,
  },
  'table-operations': { value: 1.2, meaning: 'table operations per request', source: assumed },
  fill: {
    value: 0.7,
    meaning: 'used fraction of an instance at which another one starts',
    source: assumed,
  },
  'exchange-limit': {
    value: 200,
    meaning: 'exchanges per second that Entra accepts from one app',
    source: `${assumed}: Entra publishes no limit`,
  },
  'gigabyte-second': {
    value: 0.000026,
    meaning: 'dollars per GB-second of an on-demand instance',
    source: functionsPrices,
  },
  'ready-gigabyte-second': {
    value: 0.000004,
    meaning: 'dollars per GB-second of an always-ready instance, idle or not',
    source: functionsPrices,
  },
  'ready-execution': {
    value: 0.000016,
    meaning: 'additional dollars per GB-second of an always-ready instance that executes',
    source: functionsPrices,
  },
  executions: { value: 0.4, meaning: 'dollars per million executions', source: functionsPrices },
  transactions: {
    value: 0.036,
    meaning: 'dollars per million table operations',
    source: tablePrices,
  },
  'billed-second': {
    value: 1,
    meaning: 'minimum billed seconds of an instance that executes',
    source: `${flexConsumption}#billing`,
  },
  'instance-limit': { value: 1_000, meaning: 'instances per app', source: flexConsumption },
  'quota-gigabytes': {
    value: 500,
    meaning: 'GB of all apps of a subscription in a region, by default',
    source: flexConsumption,
  },
  'table-limit': {
    value: 20_000,
    meaning: 'table operations per second of one storage account',
    source: tableTargets,
  },
} satisfies Record<string, Input>;

/** The name of an option. */
export type InputName = keyof typeof inputs;

/** A value for each option. */
export type InputValues = Readonly<Record<InputName, number>>;

/** Reads the CPU time per request, in milliseconds, from the benchmark table in README.md. */
function readWorkerCpu(): number {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const row =
    /^\| Warm chain in two Functions workers.*? \(([\d.,]+) (µs|ms) (?:against|vs\.) /m.exec(
      readme,
    );
  const [, figure, unit] = row ?? [];
  if (!figure)
    throw new Error(
      'README.md has no measurement of the warm chain. Run `npm run bench -- --write`.',
    );
  const value = Number(figure.replace(',', ''));
  return unit === 'ms' ? value : value / 1_000;
}

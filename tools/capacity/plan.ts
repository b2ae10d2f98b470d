import type { Numbers } from './inputs.ts';

/** Gigabytes of an instance (function-app.bicep: instanceMemoryMB); it has one core. */
export const memory = 2;
/** Seconds that a token B is kept, and of a month. */
const tokenLife = 3_600;
const month = 730 * 3_600;

type Api = 'original' | 'downstream';
type Bound = 'concurrency' | 'cpu';

export interface Plan {
  readonly instances: Readonly<Record<Api, number>>;
  /** What decides the number: the requests under way, or their CPU. */
  readonly bound: Readonly<Record<Api, Bound>>;
  /** Token requests to Entra per second: a user's token is exchanged once an hour by each instance that the user meets. */
  readonly exchangesPerSecond: number;
  readonly tableOperationsPerSecond: number;
  /** US dollars: at rest in a month, for a million calls at this load, and for a month of it. */
  readonly cost: { readonly rest: number; readonly million: number; readonly month: number };
  /** What no longer holds at this load, and what to do. */
  readonly warnings: readonly string[];
}

/** Little's law for what is under way, CPU beside it; the larger number of instances counts. */
export function planCapacity(numbers: Numbers): Plan {
  const { rps, users } = numbers;
  const original = size(numbers, numbers['original-latency']);
  const downstream = size(numbers, numbers['downstream-latency']);
  const instances = { original: original.instances, downstream: downstream.instances };
  const requestsPerUser = users > 0 ? (rps * tokenLife) / users : 0;
  const exchangesPerSecond = (users * met(instances.original, requestsPerUser)) / tokenLife;
  const tableOperationsPerSecond = rps * numbers['table-operations'];
  const rest = 2 * numbers['always-ready'] * memory * numbers['ready-gigabyte-second'];
  const perSecond =
    rest +
    busySeconds(numbers, original.instances) +
    busySeconds(numbers, downstream.instances) +
    (2 * rps * numbers.executions + tableOperationsPerSecond * numbers.transactions) / 1e6;
  return {
    instances,
    bound: { original: original.bound, downstream: downstream.bound },
    exchangesPerSecond,
    tableOperationsPerSecond,
    cost: {
      rest: rest * month,
      million: rps > 0 ? (perSecond / rps) * 1e6 : 0,
      month: perSecond * month,
    },
    warnings: warn(numbers, instances, tableOperationsPerSecond, exchangesPerSecond),
  };
}

function size(
  numbers: Numbers,
  latency: number,
): { readonly instances: number; readonly bound: Bound } {
  const { rps, concurrency, fill } = numbers;
  const underWay = (rps * latency) / 1_000 / (Math.max(1, concurrency) * fill);
  const busy = (rps * (numbers['worker-cpu'] / 2 + numbers['host-cpu'])) / 1_000 / fill;
  return {
    instances: Math.max(1, numbers['always-ready'], Math.ceil(Math.max(underWay, busy))),
    bound: busy > underWay ? 'cpu' : 'concurrency',
  };
}

/**
 * Dollars a second for the instances of one API at work. Several are always at work; a single one is paid for while there are requests, and
 * for the least time after each (requests come at random, so it is idle for e^-n of the time when n come within that).
 */
function busySeconds(numbers: Numbers, instances: number): number {
  const part = instances > 1 ? 1 : 1 - Math.exp(-numbers.rps * numbers['billed-second']);
  const ready = Math.min(instances, numbers['always-ready']);
  return (
    part *
    memory *
    (ready * numbers['ready-execution'] + (instances - ready) * numbers['gigabyte-second'])
  );
}

/** How many of `count` instances a user meets in `requests` requests that go anywhere (the coupon collector's expectation). */
const met = (count: number, requests: number) => count * (1 - (1 - 1 / count) ** requests);

function warn(
  numbers: Numbers,
  { original, downstream }: Plan['instances'],
  operations: number,
  exchanges: number,
): readonly string[] {
  const found: string[] = [];
  const most = Math.max(original, downstream);
  const gigabytes = (original + downstream) * memory;
  if (most > numbers['instance-limit'])
    found.push(
      `${most} instances: an app has at most ${numbers['instance-limit']}. Deploy to several regions behind Front Door.`,
    );
  else if (most > 100) found.push(`${most} instances: set MAXIMUM_INSTANCES (100 unless set).`);
  if (gigabytes > numbers['quota-gigabytes'])
    found.push(
      `${gigabytes} GB: a subscription has ${numbers['quota-gigabytes']} GB in a region. Ask for more, or use several regions.`,
    );
  if (operations > numbers['table-limit'])
    found.push(
      `${Math.round(operations)} table operations a second: one account takes ${numbers['table-limit']}. Use an account for each group of tenants, or Cosmos DB's table API.`,
    );
  if (exchanges > numbers['exchange-limit'])
    found.push(
      `${Math.round(exchanges)} exchanges a second: Entra throttles. Several deployments, each with its own users, make a user meet fewer instances.`,
    );
  return found;
}

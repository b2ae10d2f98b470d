/** What is expected of the chain. */
export interface Load {
  /** Requests per second at Original API. */
  readonly rps: number;
  /** People who use it within an hour. */
  readonly users: number;
  /** Milliseconds that a request is under way in Original and in Downstream, waiting included. */
  readonly latency: { readonly original: number; readonly downstream: number };
  /** Milliseconds of CPU that a request costs in each (`npm run bench` measures it). */
  readonly cpu: { readonly original: number; readonly downstream: number };
  /** Requests that one instance takes at once (main.bicep: concurrency). */
  readonly concurrency: number;
  /** Instances of each API that are never stopped. */
  readonly alwaysReady: number;
}

/**
 * List prices of Flex Consumption in US dollars, and limits. Prices change and differ by region: see
 * https://azure.microsoft.com/pricing/details/functions/ and https://learn.microsoft.com/azure/storage/tables/scalability-targets
 */
export const assumptions = {
  gigabyteSecond: 0.000026,
  millionExecutions: 0.4,
  readyGigabyteSecond: 0.000004,
  tableMillionOperations: 0.036,
  memoryGigabytes: 2,
  /** The share of an instance that is used when another is started. */
  fill: 0.7,
  maximumInstances: 1_000,
  tableOperationsPerSecond: 20_000,
  /** Table operations that an average request makes. */
  operationsPerRequest: 1.2,
  tokenLife: 3_600,
  secondsPerMonth: 730 * 3_600,
} as const;

export interface Plan {
  readonly instances: { readonly original: number; readonly downstream: number };
  /** What decides the number: the requests under way, or their CPU. */
  readonly bound: { readonly original: 'concurrency' | 'cpu'; readonly downstream: 'concurrency' | 'cpu' };
  /** Token requests to Entra per second: a user's token is exchanged once an hour by each instance that the user meets. */
  readonly exchangesPerSecond: number;
  readonly tableOperationsPerSecond: number;
  /** US dollars: at rest in a month, for a million calls at this load, and for a month of it. */
  readonly cost: { readonly rest: number; readonly million: number; readonly month: number };
  /** What no longer holds at this load, and what to do. */
  readonly warnings: readonly string[];
}

/** Little's law for what is under way, CPU beside it; the larger number of instances counts. */
export function planCapacity({ rps, users, latency, cpu, concurrency, alwaysReady }: Load): Plan {
  const { fill, memoryGigabytes, secondsPerMonth, tokenLife } = assumptions;
  const size = (api: 'original' | 'downstream') => {
    const underWay = (rps * latency[api]) / 1_000 / (concurrency * fill);
    const busy = (rps * cpu[api]) / 1_000 / fill;
    return {
      instances: Math.max(1, alwaysReady, Math.ceil(Math.max(underWay, busy))),
      bound: busy > underWay ? 'cpu' : 'concurrency',
    } as const;
  };
  const [original, downstream] = [size('original'), size('downstream')];
  const instances = { original: original.instances, downstream: downstream.instances };

  const requestsPerUser = users > 0 ? (rps * tokenLife) / users : 0;
  const exchangesPerSecond = (users * met(instances.original, requestsPerUser)) / tokenLife;
  const tableOperationsPerSecond = rps * assumptions.operationsPerRequest;

  const perSecond =
    (instances.original + instances.downstream) * memoryGigabytes * assumptions.gigabyteSecond +
    (2 * rps * assumptions.millionExecutions) / 1e6 +
    (tableOperationsPerSecond * assumptions.tableMillionOperations) / 1e6;
  return {
    instances,
    bound: { original: original.bound, downstream: downstream.bound },
    exchangesPerSecond,
    tableOperationsPerSecond,
    cost: {
      rest: 2 * alwaysReady * memoryGigabytes * assumptions.readyGigabyteSecond * secondsPerMonth,
      million: rps > 0 ? (perSecond / rps) * 1e6 : 0,
      month: perSecond * secondsPerMonth,
    },
    warnings: warn(instances, tableOperationsPerSecond, exchangesPerSecond),
  };
}

/** How many of `count` instances a user meets in `requests` requests that go anywhere (the coupon collector's expectation). */
const met = (count: number, requests: number) => count * (1 - (1 - 1 / count) ** requests);

function warn(instances: Plan['instances'], operations: number, exchanges: number): readonly string[] {
  const found: string[] = [];
  const most = Math.max(instances.original, instances.downstream);
  if (most > assumptions.maximumInstances)
    found.push(`${most} instances: an app has at most ${assumptions.maximumInstances}. Deploy to several regions behind Front Door.`);
  else if (most > 100) found.push(`${most} instances: set MAXIMUM_INSTANCES (100 unless set), and ask for quota.`);
  if (operations > assumptions.tableOperationsPerSecond)
    found.push(
      `${Math.round(operations)} table operations a second: one account takes 20,000. Use an account for each group of tenants, or Cosmos DB's table API.`,
    );
  if (exchanges > 200)
    found.push(
      `${Math.round(exchanges)} exchanges a second: Entra throttles. Ask for affinity in front, so that a user meets fewer instances.`,
    );
  return found;
}

import type { InputValues } from './inputs.ts';

/** Gigabytes of memory of one instance, as in infra/function-app.bicep. It has one CPU core. */
export const memory = 2;

/** How long Original API caches a token B. */
const tokenLifetimeSeconds = 3_600;
const secondsPerMonth = 730 * 3_600;
/** The default of MAXIMUM_INSTANCES in infra/main.bicep. */
const defaultMaximumInstances = 100;

type Api = 'original' | 'downstream';
type Bound = 'concurrency' | 'cpu';

/** The instances, exchanges and cost of a load. */
export interface Plan {
  /** The number of instances of each API. */
  readonly instances: Readonly<Record<Api, number>>;
  /** Whether concurrent requests or CPU time determine the number of instances. */
  readonly bound: Readonly<Record<Api, Bound>>;
  /**
   * Exchanges at Entra per second. Instances share no cache, so each instance that serves a user
   * exchanges the user's token once an hour.
   */
  readonly exchangesPerSecond: number;
  /** Operations of Table Storage per second. */
  readonly tableOperationsPerSecond: number;
  /** The cost of this load. */
  readonly cost: Cost;
  /** The limits that this load exceeds, and what to do about each. */
  readonly warnings: readonly string[];
}

/** The cost in US dollars. */
export interface Cost {
  /** A month without requests. */
  readonly idleMonth: number;
  /** One million calls at this load. */
  readonly millionCalls: number;
  /** A month of this load. */
  readonly month: number;
}

/** Calculates the plan for a load. */
export function planCapacity(values: InputValues): Plan {
  const { rps, users } = values;
  const original = sizeApi(values, values['original-latency']);
  const downstream = sizeApi(values, values['downstream-latency']);
  const instances = { original: original.instances, downstream: downstream.instances };

  const requestsPerUser = users > 0 ? (rps * tokenLifetimeSeconds) / users : 0;
  const exchangesPerUser = expectedInstancesMet(instances.original, requestsPerUser);
  const exchangesPerSecond = (users * exchangesPerUser) / tokenLifetimeSeconds;
  const tableOperationsPerSecond = rps * values['table-operations'];

  return {
    instances,
    bound: { original: original.bound, downstream: downstream.bound },
    exchangesPerSecond,
    tableOperationsPerSecond,
    cost: calculateCost(values, instances, tableOperationsPerSecond),
    warnings: findWarnings(values, instances, tableOperationsPerSecond, exchangesPerSecond),
  };
}

/**
 * Calculates the number of instances of one API: enough for its concurrent requests (Little's law),
 * and enough for their CPU time.
 * @param latency Milliseconds per request.
 */
function sizeApi(
  values: InputValues,
  latency: number,
): { readonly instances: number; readonly bound: Bound } {
  const { rps, concurrency, fill } = values;
  const concurrentRequests = (rps * latency) / 1_000;
  const forConcurrency = concurrentRequests / (Math.max(1, concurrency) * fill);
  const cpuPerRequest = values['worker-cpu'] / 2 + values['host-cpu'];
  const forCpu = (rps * cpuPerRequest) / 1_000 / fill;
  return {
    instances: Math.max(1, values['always-ready'], Math.ceil(Math.max(forConcurrency, forCpu))),
    bound: forCpu > forConcurrency ? 'cpu' : 'concurrency',
  };
}

/**
 * The expected number of different instances that serve a user: `requests` requests go to random
 * ones of `count` instances (the coupon collector's problem).
 */
function expectedInstancesMet(count: number, requests: number): number {
  const missesOne = (1 - 1 / count) ** requests;
  return count * (1 - missesOne);
}

function calculateCost(
  values: InputValues,
  instances: Plan['instances'],
  tableOperationsPerSecond: number,
): Cost {
  const { rps } = values;
  const apis = 2;
  const idlePerSecond = apis * values['always-ready'] * memory * values['ready-gigabyte-second'];
  const executingPerSecond =
    executionCostPerSecond(values, instances.original) +
    executionCostPerSecond(values, instances.downstream);
  const countedPerSecond =
    (apis * rps * values.executions + tableOperationsPerSecond * values.transactions) / 1e6;
  const perSecond = idlePerSecond + executingPerSecond + countedPerSecond;
  return {
    idleMonth: idlePerSecond * secondsPerMonth,
    millionCalls: rps > 0 ? (perSecond / rps) * 1e6 : 0,
    month: perSecond * secondsPerMonth,
  };
}

/**
 * Calculates the dollars per second for executing instances of one API. Several instances execute
 * all the time. A single one is billed while it executes and for the billed minimum afterwards.
 * Requests arrive at random: with n requests per billed minimum, it is idle for e^-n of the time.
 */
function executionCostPerSecond(values: InputValues, instances: number): number {
  const requestsPerMinimum = values.rps * values['billed-second'];
  const billedFraction = instances > 1 ? 1 : 1 - Math.exp(-requestsPerMinimum);
  const ready = Math.min(instances, values['always-ready']);
  const onDemand = instances - ready;
  const perGigabyte = ready * values['ready-execution'] + onDemand * values['gigabyte-second'];
  return billedFraction * memory * perGigabyte;
}

function findWarnings(
  values: InputValues,
  { original, downstream }: Plan['instances'],
  tableOperationsPerSecond: number,
  exchangesPerSecond: number,
): readonly string[] {
  const warnings: string[] = [];
  const most = Math.max(original, downstream);
  const gigabytes = (original + downstream) * memory;

  if (most > values['instance-limit'])
    warnings.push(
      `${most} instances exceed the limit of ${values['instance-limit']} per app. ` +
        'Deploy to several regions behind Front Door.',
    );
  else if (most > defaultMaximumInstances)
    warnings.push(
      `${most} instances exceed the default maximum of ${defaultMaximumInstances}. ` +
        'Set MAXIMUM_INSTANCES.',
    );

  if (gigabytes > values['quota-gigabytes'])
    warnings.push(
      `${gigabytes} GB exceed the quota of ${values['quota-gigabytes']} GB ` +
        'per subscription and region. Request a higher quota, or use several regions.',
    );

  if (tableOperationsPerSecond > values['table-limit'])
    warnings.push(
      `${Math.round(tableOperationsPerSecond)} table operations per second exceed the limit of ` +
        `${values['table-limit']} per storage account. Use one account per group of tenants, ` +
        'or the table API of Cosmos DB.',
    );

  if (exchangesPerSecond > values['exchange-limit'])
    warnings.push(
      `${Math.round(exchangesPerSecond)} exchanges per second exceed the limit of ` +
        `${values['exchange-limit']}, so Entra may throttle. Use several deployments, each with ` +
        'its own users: then fewer instances serve each user.',
    );
  return warnings;
}

/**
 * Exchanges a token for each of 100,000 users in a separate process, for `memory.test.ts`. Prints a
 * `MemoryReport` as JSON. Needs `--expose-gc`.
 */
import { createHash } from 'node:crypto';
import { createExchangeCache } from '../../shared/obo/exchange-cache.ts';
import { redact, reveal } from '../../shared/redacted.ts';
import type { Caller } from '../../shared/token/caller.ts';

/** The measurements of the process. */
export interface MemoryReport {
  /** Growth of the live heap, in MiB. */
  readonly heapGrowth: number;
  /** Growth of the resident memory, in MiB. */
  readonly residentGrowth: number;
  /** The number of users who received a token of another user. */
  readonly mixUps: number;
  /** Exchanges after each user has called once. */
  readonly exchanges: number;
  /** Exchanges after the last 10,000 users have called again. */
  readonly exchangesAfterRepeatedUsers: number;
  /** Exchanges after the first user has called again, too. */
  readonly exchangesAfterFirstUser: number;
}

const users = 100_000;
const cacheSize = 10_000;
const warmUpUsers = 1_000;
const tokenBytes = 1_500;
const hour = 60 * 60_000;
const { signal } = new AbortController();
let exchanges = 0;
let mixUps = 0;
const cache = createExchangeCache({
  exchange: async ({ caller }) => {
    exchanges += 1;
    const padding = Buffer.alloc(tokenBytes, 'b').toString('latin1');
    return {
      token: redact(`${caller.objectId}.${padding}`),
      expiresOnTimestamp: Date.now() + hour,
    };
  },
});

async function callAs(user: number): Promise<void> {
  const objectId = String(user);
  const caller = {
    tenantId: 't',
    objectId,
    digest: createHash('sha256').update(objectId).digest('base64url'),
    expiresAt: (Date.now() + hour) / 1_000,
  } as Caller;
  const { token } = await cache.exchange(
    { caller, scopes: ['x'], audiences: [], correlationId: 'x' },
    signal,
  );
  if (reveal(token).split('.')[0] !== objectId) mixUps += 1;
}

async function callAsEach(first: number, count: number): Promise<void> {
  for (let user = first; user < first + count; user += 1) await callAs(user);
}

/** Measures memory in MiB after a full garbage collection, so that garbage does not count. */
function measureMemory() {
  (globalThis.gc as (options: object) => void)({
    type: 'major',
    execution: 'sync',
    flavor: 'last-resort',
  });
  const { heapUsed, rss } = process.memoryUsage();
  return { heap: heapUsed / 2 ** 20, resident: rss / 2 ** 20 };
}

await callAsEach(-warmUpUsers, warmUpUsers);
const before = measureMemory();
exchanges = 0;
await callAsEach(0, users);
const after = measureMemory();
const exchangesOfAllUsers = exchanges;
await callAsEach(users - cacheSize, cacheSize);
const exchangesAfterRepeatedUsers = exchanges;
await callAs(0);
const report: MemoryReport = {
  heapGrowth: after.heap - before.heap,
  residentGrowth: after.resident - before.resident,
  mixUps,
  exchanges: exchangesOfAllUsers,
  exchangesAfterRepeatedUsers,
  exchangesAfterFirstUser: exchanges,
};
console.log(JSON.stringify(report));

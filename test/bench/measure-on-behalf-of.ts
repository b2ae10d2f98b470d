import { createHash } from 'node:crypto';
import { createExchangeCache } from '../../shared/obo/exchange-cache.ts';
import { redact } from '../../shared/redacted.ts';
import type { Caller } from '../../shared/token/caller.ts';
import { audience, tenantId } from '../support/issuer.ts';
import { compare, measureHeap, median } from './compare.ts';
import type { CostPoint } from './draw-cost-by-users.ts';
import {
  countIdentityRequests,
  countMsalHits,
  countMsalRequests,
  createAssertion,
  createTokenB,
  fillMsalCache,
  scopes,
} from './on-behalf-of-peers.ts';
import { formatMicroseconds, formatRatio, type Row } from './table.ts';

const millisecondsPerHour = 60 * 60_000;

const userCounts = [1, 10, 100, 1_000, 10_000, 100_000];
/** msal-node would need minutes for more. */
const maxUsersOfMsal = 10_000;

/**
 * Measures the cache in front of the exchange, next to msal-node's own cache and to
 * OnBehalfOfCredential of @azure/identity. Entra's responses cost almost nothing here.
 */
export async function measureOnBehalfOf(): Promise<{
  readonly rows: readonly Row[];
  readonly points: readonly CostPoint[];
}> {
  const points: CostPoint[] = [];
  for (const users of userCounts) points.push(await measureCachedToken(users));
  return {
    points,
    rows: [
      compareUserCounts(points),
      compareWithMsal(points),
      await measureConcurrentCalls(),
      await measureSessions(),
      await measureMemory(),
    ],
  };
}

async function measureCachedToken(users: number): Promise<CostPoint> {
  const calls = 5_000;
  const cache = await fillCache(users);
  const ours = await compare(
    {
      hit: async () => {
        for (let call = 0; call < calls; call += 1) await cache.get(call % users);
      },
    },
    { units: calls },
  );
  const msal = users <= maxUsersOfMsal ? await measureMsal(users) : undefined;
  return { users, ours: median(ours.hit), msal };
}

async function measureMsal(users: number): Promise<number> {
  const cache = await fillMsalCache(users);
  // With 10,000 users, one hit takes a tenth of a second.
  const rounds = users > 1_000 ? 5 : 15;
  const { hit } = await compare({ hit: () => cache.get(users - 1) }, { rounds });
  return median(hit);
}

/** @throws {Error} when this number of users was not measured. */
function findPoint(points: readonly CostPoint[], users: number): CostPoint {
  const point = points.find((candidate) => candidate.users === users);
  if (!point) throw new Error(`There is no measurement with ${users} users.`);
  return point;
}

function compareUserCounts(points: readonly CostPoint[]): Row {
  const maxRatio = 3;
  const one = findPoint(points, 1);
  const most = findPoint(points, 100_000);
  const mostOfMsal = findPoint(points, maxUsersOfMsal);
  const ratio = most.ours / one.ours;
  const ratioOfMsal = (mostOfMsal.msal ?? Number.NaN) / (one.msal ?? Number.NaN);
  return {
    measurement: 'Finding a cached token B with 100,000 users, relative to one user',
    result: `${formatRatio(ratio)} (${formatMicroseconds(most.ours)})`,
    peers: `msal-node with 10,000 users: ${formatRatio(ratioOfMsal)}`,
    goal: `at most ${formatRatio(maxRatio)}`,
    isMet: ratio <= maxRatio,
  };
}

function compareWithMsal(points: readonly CostPoint[]): Row {
  const minAdvantage = 1_000;
  const { ours, msal = Number.NaN } = findPoint(points, maxUsersOfMsal);
  const advantage = msal / ours;
  const formattedAdvantage = Math.round(advantage).toLocaleString('en');
  return {
    measurement: 'Finding a cached token B with 10,000 users, relative to msal-node’s own cache',
    result: `1/${formattedAdvantage} (${formatMicroseconds(ours)})`,
    peers: `msal-node ${formatMicroseconds(msal)}`,
    goal: `at most 1/${minAdvantage.toLocaleString('en')}`,
    isMet: advantage >= minAdvantage,
  };
}

async function measureConcurrentCalls(): Promise<Row> {
  const calls = 100;
  const { exchange, countExchanges } = createCache(10);
  await Promise.all(Array.from({ length: calls }, () => exchange(createCaller(1))));
  const msal = await countMsalRequests(calls);
  const identity = await countIdentityRequests(calls);
  return {
    measurement: `Token requests for ${calls} concurrent calls of one user`,
    result: String(countExchanges()),
    peers: `msal-node ${msal}, @azure/identity ${identity}`,
    goal: '1',
    isMet: countExchanges() === 1,
  };
}

async function measureSessions(): Promise<Row> {
  const calls = 20;
  const possibleHits = calls - 2;
  const { exchange, countExchanges } = createCache(10);
  for (let call = 0; call < calls; call += 1) await exchange(createCaller(1, call % 2));
  const hits = calls - countExchanges();
  return {
    measurement: `Cache hits in ${calls} calls of one user who alternates between two sessions`,
    result: String(hits),
    peers: `msal-node ${await countMsalHits(calls)}`,
    goal: String(possibleHits),
    isMet: hits === possibleHits,
  };
}

async function measureMemory(): Promise<Row> {
  const users = 10_000;
  const maxKibibytes = 3;
  const before = measureHeap();
  const cache = await fillCache(users);
  const kibibytes = (measureHeap() - before) / users / 1_024;
  // Keeps the cache reachable until here.
  await cache.get(0);
  return {
    measurement: `Memory per cached user, with ${users.toLocaleString('en')} users`,
    result: `${kibibytes.toFixed(2)} KiB`,
    goal: `at most ${maxKibibytes} KiB`,
    isMet: kibibytes <= maxKibibytes,
  };
}

/** A caller whose token A was validated. */
function createCaller(user: number, session = 0): Caller {
  const digest = createHash('sha256').update(createAssertion(user, session)).digest('base64url');
  return {
    tenantId,
    objectId: String(user),
    expiresAt: (Date.now() + millisecondsPerHour) / 1_000,
    digest,
  } as Caller;
}

/** @param capacity How many tokens the cache holds. */
function createCache(capacity: number) {
  let exchanges = 0;
  const cache = createExchangeCache({
    capacity,
    exchange: async ({ caller }) => {
      exchanges += 1;
      await new Promise((resolve) => setImmediate(resolve));
      // A flat copy of the text, as a parsed response has it, so that its memory counts.
      const token = Buffer.from(createTokenB(Number(caller.objectId))).toString('latin1');
      return { token: redact(token), expiresOnTimestamp: Date.now() + millisecondsPerHour };
    },
  });
  const { signal } = new AbortController();
  return {
    countExchanges: () => exchanges,
    exchange: (caller: Caller) =>
      cache.exchange({ caller, scopes, audiences: [audience], correlationId: 'x' }, signal),
  };
}

async function fillCache(users: number) {
  const { exchange } = createCache(users);
  for (let user = 0; user < users; user += 1) await exchange(createCaller(user));
  // Validation creates a caller for each request, so their memory and time do not count.
  const callers = Array.from({ length: Math.min(users, 1_000) }, (_, user) => createCaller(user));
  return { get: (user: number) => exchange(callers[user % callers.length] as Caller) };
}

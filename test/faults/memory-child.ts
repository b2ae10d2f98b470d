/** 100,000 users ask for a token B each, in a process of their own; says what came of it. For `memory.test.ts`; needs `--expose-gc`. */
import { createHash } from 'node:crypto';
import { createOnBehalfOf } from '../../shared/obo/on-behalf-of.ts';
import { reveal, redact } from '../../shared/redacted.ts';
import type { Caller } from '../../shared/token/caller.ts';

const hour = 60 * 60_000;
const { signal } = new AbortController();
let asked = 0;
let mixUps = 0;
const onBehalfOf = createOnBehalfOf({
  exchange: async ({ caller }) => {
    asked += 1;
    return {
      token: redact(`${caller.objectId}.${Buffer.alloc(1_500, 'b').toString('latin1')}`),
      expiresOnTimestamp: Date.now() + hour,
    };
  },
});

async function get(user: number): Promise<void> {
  const digest = createHash('sha256').update(String(user)).digest('base64url');
  const caller = {
    tenantId: 't',
    objectId: String(user),
    digest,
    expiresAt: (Date.now() + hour) / 1_000,
  } as Caller;
  const { token } = await onBehalfOf.exchangeOnBehalf(
    { caller, scopes: ['x'], audiences: [], correlationId: 'x' },
    signal,
  );
  if (reveal(token).split('.')[0] !== String(user)) mixUps += 1;
}

/** Mebibytes once the garbage is gone: before that they tell when the engine takes the trouble, which on a large machine is after 256 of them. */
function measure() {
  (globalThis.gc as (options: object) => void)({
    type: 'major',
    execution: 'sync',
    flavor: 'last-resort',
  });
  const { heapUsed, rss } = process.memoryUsage();
  return { heap: heapUsed / 2 ** 20, resident: rss / 2 ** 20 };
}

for (let user = -1_000; user < 0; user += 1) await get(user);
const before = measure();
const askedBefore = asked;
for (let user = 0; user < 100_000; user += 1) await get(user);
const after = measure();
const growth = { heap: after.heap - before.heap, resident: after.resident - before.resident };
// The last 10,000 are held, and the first are not.
for (let user = 90_000; user < 100_000; user += 1) await get(user);
const askedByAll = asked - askedBefore;
await get(0);
console.log(JSON.stringify({ growth, mixUps, asked: [askedByAll, asked - askedBefore] }));

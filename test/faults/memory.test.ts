import { createHash } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import { createOnBehalf } from '../../shared/obo/on-behalf.ts';
import { reveal, seal } from '../../shared/sealed.ts';
import type { Caller } from '../../shared/token/caller.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const hour = 60 * 60_000;
const mebibyte = 2 ** 20;

test('100,000 users: 10,000 tokens are kept, in at most 40 MiB, and everybody gets a token of their own', async () => {
  let asked = 0;
  const onBehalf = createOnBehalf({
    exchange: async ({ caller }) => {
      asked += 1;
      return { token: seal(`${caller.objectId}.${Buffer.alloc(1_500, 'b').toString('latin1')}`), expiresAt: Date.now() + hour };
    },
  });
  const { signal } = new AbortController();
  const get = async (user: number) => {
    const digest = createHash('sha256').update(String(user)).digest('base64url');
    const caller = { tenantId: 't', objectId: String(user), digest, expiresAt: (Date.now() + hour) / 1_000 } as Caller;
    const { token } = await onBehalf.exchangeOnBehalf({ caller, scopes: ['x'], audiences: [], correlationId: 'x' }, signal);
    return reveal(token).split('.')[0];
  };
  collect();
  const before = process.memoryUsage().heapUsed;
  let mixedUp = 0;
  for (let user = 0; user < 100_000; user += 1) if ((await get(user)) !== String(user)) mixedUp += 1;
  collect();
  // What lives, not what the engine has not yet swept: resident memory says more about the collector's leisure than about us.
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(40 * mebibyte);
  for (let user = 90_000; user < 100_000; user += 1) if ((await get(user)) !== String(user)) mixedUp += 1;
  expect(asked).toBe(100_000);
  await get(0);
  expect(asked).toBe(100_001);
  expect(mixedUp).toBe(0);
}, 60_000);

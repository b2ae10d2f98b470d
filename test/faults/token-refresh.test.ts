import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { until } from '../support/until.ts';
import { startChain } from './chain.ts';

const users = 1_000;
const minute = 60_000;

test('1,000 tokens B made together are refreshed early and apart while A is good: nobody waits, nobody fails', async () => {
  const chain = await startChain();
  try {
    const exp = Math.floor(Date.now() / 1_000) + 3 * 60 * 60;
    const tokens = await Promise.all(
      Array.from({ length: users }, () => chain.token(randomUUID(), { exp })),
    );
    const failures: number[] = [];
    /** Everybody calls, 50 at a time. */
    async function callAll(): Promise<void> {
      let next = 0;
      const call = async () => {
        while (next < users) {
          const { status } = await chain.get(tokens[next++] as string);
          if (status !== 200) failures.push(status);
        }
      };
      await Promise.all(Array.from({ length: 50 }, call));
    }
    /** Refreshes go on beside the calls. */
    async function settle(): Promise<void> {
      let asked = -1;
      const isStill = () => {
        const before = asked;
        asked = chain.count('token');
        return asked === before && chain.exchanges.running === 0;
      };
      await until('the refreshes to be made', isStill, 20_000);
    }
    await callAll();
    expect(chain.count('token')).toBe(users);

    // B lasts an hour and is handed out until 5 minutes before its end; it is refreshed after 70 to 90 % of those 55.
    chain.log.splice(0);
    chain.pass(36 * minute);
    const perTurn: number[] = [];
    for (let turn = 0; turn < 8; turn += 1) {
      chain.pass(2 * minute);
      const before = chain.count('token');
      await callAll();
      await settle();
      perTurn.push(chain.count('token') - before);
    }
    expect(failures).toEqual([]);
    expect(chain.log.filter((line) => JSON.parse(line).exchange !== 'cached')).toEqual([]);
    expect(perTurn.reduce((sum, count) => sum + count, 0)).toBe(users);
    expect(Math.max(...perTurn)).toBeLessThan(users / 2);
    expect(chain.exchanges.most).toBeLessThanOrEqual(20);
  } finally {
    await chain.close();
  }
}, 120_000);

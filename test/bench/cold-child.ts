/** A process that has answered nothing yet, for `cold.ts`: so many requests of as many users at once; prints the milliseconds to the last answer. */
import { setTimeout as sleep } from 'node:timers/promises';
import { answerVault, sendJson } from '../faults/answers.ts';
import { type Chain, paths, startChain } from '../faults/chain.ts';

const [requests = '1', latency = '100'] = process.argv.slice(2);
const wait = () => sleep(Number(latency));

/** Every answer of Entra, vault and identity takes as long as a network makes it. */
async function slowDown(chain: Chain): Promise<void> {
  const { entra, exchanges } = chain;
  const tenant = 'c0705000-0000-4000-8000-00000000c001';
  for (const path of ['metadata', 'keys'] as const) {
    const text = await (await fetch(`${entra.host.href}${tenant}${paths[path]}`)).text();
    chain.fail(path, async (_, response) => {
      await wait();
      response.end(text);
    });
  }
  chain.fail('vault', async (request, response) => {
    await wait();
    answerVault(request, response);
  });
  chain.fail('identity', async (_, response) => {
    await wait();
    sendJson(response, {
      access_token: 'identity',
      expires_on: String(Math.floor(Date.now() / 1_000) + 86_400),
    });
  });
  exchanges.takes = Number(latency);
}

const chain = await startChain();
const tokens = await Promise.all(Array.from({ length: Number(requests) }, () => chain.token()));
await slowDown(chain);
const began = performance.now();
const answers = await Promise.all(tokens.map(chain.get));
const took = performance.now() - began;
if (answers.some(({ status }) => status !== 200)) throw new Error('a cold request failed');
console.log(took);
process.exit(0);

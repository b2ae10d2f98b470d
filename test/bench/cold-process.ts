/**
 * A process that has handled no request yet, for measure-cold-start.ts. It sends concurrent
 * requests of different users to itself and prints the milliseconds until the last response.
 *
 * Arguments: the number of requests, and the latency of Entra, Key Vault and the managed identity
 * endpoint in milliseconds.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Chain, paths, startChain } from '../faults/chain.ts';
import { respondAsVault, sendJson } from '../faults/responses.ts';
import { tenantId } from '../support/issuer.ts';

const [requestCount = 1, latency = 100] = process.argv.slice(2).map(Number);
const identityTokenLifetimeSeconds = 86_400;

/** Delays every response of Entra, Key Vault and the managed identity endpoint by the latency. */
async function addLatency(chain: Chain): Promise<void> {
  const { entra, exchanges } = chain;
  for (const path of ['metadata', 'keys'] as const) {
    const response = await fetch(`${entra.host.href}${tenantId}${paths[path]}`);
    const body = await response.text();
    chain.fail(path, async (_, delayed) => {
      await sleep(latency);
      delayed.end(body);
    });
  }
  chain.fail('vault', async (request, response) => {
    await sleep(latency);
    respondAsVault(request, response);
  });
  chain.fail('identity', async (_, response) => {
    await sleep(latency);
    const expiresOn = Math.floor(Date.now() / 1_000) + identityTokenLifetimeSeconds;
    sendJson(response, { access_token: 'identity', expires_on: String(expiresOn) });
  });
  exchanges.delay = latency;
}

const chain = await startChain();
const tokens = await Promise.all(Array.from({ length: requestCount }, () => chain.token()));
await addLatency(chain);

const start = performance.now();
const responses = await Promise.all(tokens.map(chain.get));
const duration = performance.now() - start;

const failed = responses.find(({ status }) => status !== 200);
if (failed) throw new Error(`A request to the cold process failed with status ${failed.status}.`);
console.log(duration);
process.exit(0);

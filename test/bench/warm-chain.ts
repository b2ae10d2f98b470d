import { type ChildProcess, fork } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Pool } from 'undici';
import { readBody, readClaims, sendJson, startChain } from '../faults/chain.ts';
import { audience, startIssuer } from '../support/issuer.ts';
import { median, microseconds, type Row, times } from './measure.ts';

const child = fileURLToPath(new URL('./warm-chain-child.ts', import.meta.url));
const downstreamId = 'd0375100-0000-4000-8000-0000000000a3';
const rounds = 15;
const requests = 1_000;
const users = 50;

/** What authentication costs a warm chain, and what a warm chain still asks of the world around it. */
export async function measureWarmChain(): Promise<readonly Row[]> {
  return [await measureCost(), await countSteadyState()];
}

async function measureCost(): Promise<Row> {
  const entra = await startIssuer();
  entra.respond('/token', async (request, response) => {
    const { oid } = readClaims(new URLSearchParams(await readBody(request)).get('assertion') ?? '');
    const token = await entra.token({ aud: downstreamId, azp: audience, azpacr: '1', oid });
    sendJson(response, { token_type: 'Bearer', scope: 'x', expires_in: 3_600, access_token: token });
  });
  const tokens = await Promise.all(
    Array.from({ length: users }, (_, user) => entra.token({ oid: `a11ce000-0000-4000-8000-${String(user).padStart(12, '0')}` })),
  );
  const chains = await Promise.all(['auth', 'open'].map((mode) => startChild(mode, entra.host.href, tokens)));
  try {
    const taken: number[][] = chains.map(() => []);
    for (let round = -2; round < rounds; round += 1) {
      for (const [index, chain] of chains.entries()) {
        const cost = await chain.cost();
        if (round >= 0) taken[index]?.push(cost);
      }
    }
    const [auth = 0, open = 0] = taken.map(median);
    return {
      what: 'Warm chain (both APIs, 50 users), processor time in that of the same chain without authentication',
      ours: `${times(auth / open)} (${microseconds(auth)} against ${microseconds(open)})`,
      peers: 'Microsoft.Identity.Web 2.65–3.3 ×, measured earlier',
      goal: 'at most 1.25 ×',
      met: auth / open <= 1.25,
    };
  } finally {
    await Promise.all(chains.map((chain) => chain.close()));
    await entra.close();
  }
}

/** One of the two chains in a process of its own; `cost` is its microseconds per request. */
async function startChild(mode: string, authority: string, tokens: readonly string[]) {
  const process_: ChildProcess = fork(child, [mode, authority], { execArgv: ['--disable-warning=ExperimentalWarning'] });
  const [url] = (await once(process_, 'message')) as [string];
  const { origin, pathname: path } = new URL(url);
  const pool = new Pool(origin, { connections: 10 });
  const used = async () => {
    process_.send('used');
    return ((await once(process_, 'message')) as [number])[0];
  };
  let next = 0;
  async function ask(until: number): Promise<void> {
    while (next < until) {
      const token = tokens[next % tokens.length];
      next += 1;
      const { statusCode, body } = await pool.request({ method: 'GET', path, headers: { authorization: `Bearer ${token}` } });
      await body.text();
      if (statusCode !== 200) throw new Error(`the ${mode} chain answers ${statusCode}`);
    }
  }
  return {
    async cost() {
      next = 0;
      const before = await used();
      await Promise.all(Array.from({ length: 10 }, () => ask(requests)));
      return ((await used()) - before) / requests;
    },
    async close() {
      await pool.close();
      process_.disconnect();
      await once(process_, 'exit');
    },
  };
}

async function countSteadyState(): Promise<Row> {
  const chain = await startChain();
  let handshakes = 0;
  const ports = [chain.entra.host.port, new URL(chain.downstream.url).port];
  const onConnect = (message: unknown) => {
    const { connectParams } = message as { connectParams: { port: string } };
    if (ports.includes(connectParams.port)) handshakes += 1;
  };
  const channel = 'undici:client:connected';
  try {
    const tokens = await Promise.all(Array.from({ length: 10 }, () => chain.token()));
    await Promise.all(tokens.map(chain.get));
    const watched = ['metadata', 'keys', 'token', 'vault', 'identity'] as const;
    const before = watched.map(chain.count);
    subscribe(channel, onConnect);
    for (let round = 0; round < 100; round += 1) await Promise.all(tokens.map(chain.get));
    const after = watched.map(chain.count);
    const calls = after.reduce((sum, count, index) => sum + count - (before[index] ?? 0), 0);
    return {
      what: 'Handshakes, calls to Entra, vault and managed identity, and client assertions in 1,000 warm requests',
      ours: `${handshakes}, ${calls}, 0`,
      goal: '0',
      met: handshakes + calls === 0,
    };
  } finally {
    unsubscribe(channel, onConnect);
    await chain.close();
  }
}

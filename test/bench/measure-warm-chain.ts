import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Pool } from 'undici';
import { type Chain, startChain } from '../faults/chain.ts';
import { readBody, readClaims, sendJson } from '../faults/responses.ts';
import { audience, type Issuer, startIssuer } from '../support/issuer.ts';
import { median } from './compare.ts';
import {
  type StartWarmChain,
  startInWorkers,
  startOnPlainHttp,
  type WarmChain,
} from './start-warm-chain.ts';
import { formatMicroseconds, formatRatio, type Row } from './table.ts';
import { downstreamId, type Mode } from './warm-chain-apis.ts';

/** How many pairs of chains are started. */
const pairs = 3;
/** How often each chain of a pair is measured. */
const rounds = 12;
const requestsPerRound = 500;
/** Requests before the first round. The engine still compiles until then. */
const warmUpRequests = 8_000;
const concurrentRequests = 10;
const users = 50;

const maxRatio = 1.25;

/** Measures the cost of authentication in a warm chain, and its requests to other services. */
export async function measureWarmChain(): Promise<readonly Row[]> {
  const entra = await startEntra();
  try {
    const inWorkers = await measureCost(entra, startInWorkers);
    const onPlainHttp = await measureCost(entra, startOnPlainHttp);
    return [
      {
        // tools/capacity/inputs.ts reads this row.
        measurement:
          'Warm chain in two Functions workers, relative to the same chain without authentication',
        result: formatCost(inWorkers),
        peers: 'Microsoft.Identity.Web 2.65–3.3 ×, measured earlier',
        goal: `at most ${formatRatio(maxRatio)}`,
        isMet: inWorkers.ratio <= maxRatio,
      },
      {
        measurement:
          'Warm chain on plain `node:http`, relative to the same chain without authentication',
        result: formatCost(onPlainHttp),
      },
      await measureRequestsToOthers(),
    ];
  } finally {
    await entra.close();
  }
}

/** The cost of both APIs together. */
interface Cost {
  /** Microseconds of CPU time per request. */
  readonly auth: number;
  /** The same without authentication. */
  readonly open: number;
  /** `auth` divided by `open`. */
  readonly ratio: number;
}

function formatCost({ auth, open, ratio }: Cost): string {
  const withAuth = formatMicroseconds(auth);
  return `${formatRatio(ratio)} (${withAuth} vs. ${formatMicroseconds(open)} per request)`;
}

/** Starts an issuer that also exchanges tokens. */
async function startEntra(): Promise<Issuer> {
  const entra = await startIssuer();
  entra.respond('/token', async (request, response) => {
    const parameters = new URLSearchParams(await readBody(request));
    const { oid } = readClaims(parameters.get('assertion') ?? '');
    const token = await entra.token({ aud: downstreamId, azp: audience, azpacr: '1', oid });
    sendJson(response, {
      token_type: 'Bearer',
      scope: 'x',
      expires_in: 3_600,
      access_token: token,
    });
  });
  return entra;
}

/**
 * Returns the medians of several pairs of chains. One pair is not enough: two processes with the
 * same work can differ by a tenth for as long as they live.
 */
async function measureCost(entra: Issuer, start: StartWarmChain): Promise<Cost> {
  const costs: Cost[] = [];
  for (let pair = 0; pair < pairs; pair += 1) {
    const order: readonly Mode[] = pair % 2 === 0 ? ['auth', 'open'] : ['open', 'auth'];
    costs.push(await measurePair(entra, start, order));
  }
  return {
    auth: median(costs.map(({ auth }) => auth)),
    open: median(costs.map(({ open }) => open)),
    ratio: median(costs.map(({ ratio }) => ratio)),
  };
}

interface StartedChain {
  readonly mode: Mode;
  readonly chain: WarmChain;
  readonly url: string;
  /** Microseconds of CPU time per request, one entry per round. */
  readonly results: number[];
}

/** @param order The order in which the chains start. It alternates in the rounds. */
async function measurePair(
  entra: Issuer,
  start: StartWarmChain,
  order: readonly Mode[],
): Promise<Cost> {
  const tokens = await Promise.all(
    Array.from({ length: users }, (_, user) => entra.token({ oid: createUserId(user) })),
  );
  const chains: StartedChain[] = [];
  for (const mode of order) {
    const chain = await start(mode, entra);
    chains.push({ mode, chain, url: `${chain.url}/documents`, results: [] });
  }
  for (const { url } of chains) await sendRequests(url, tokens, warmUpRequests);
  for (let round = 0; round < rounds; round += 1) {
    const inTurn = round % 2 === 0 ? chains : chains.toReversed();
    for (const { chain, url, results } of inTurn) {
      const before = await chain.readCpuTime();
      await sendRequests(url, tokens, requestsPerRound);
      results.push(((await chain.readCpuTime()) - before) / requestsPerRound);
    }
  }
  await Promise.all(chains.map(({ chain }) => chain.close()));

  const costOf = (mode: Mode) =>
    median(chains.find((candidate) => candidate.mode === mode)?.results ?? []);
  const auth = costOf('auth');
  const open = costOf('open');
  return { auth, open, ratio: auth / open };
}

const createUserId = (user: number): string =>
  `a11ce000-0000-4000-8000-${String(user).padStart(12, '0')}`;

/**
 * Sends requests of all users in turn.
 * @throws {Error} when one fails.
 */
async function sendRequests(url: string, tokens: readonly string[], count: number): Promise<void> {
  const { origin, pathname: path } = new URL(url);
  const pool = new Pool(origin, { connections: concurrentRequests });
  let sent = 0;
  async function sendInTurn(): Promise<void> {
    while (sent < count) {
      const token = tokens[sent % tokens.length];
      sent += 1;
      const headers = { authorization: `Bearer ${token}` };
      const { statusCode, body } = await pool.request({ method: 'GET', path, headers });
      await body.text();
      if (statusCode !== 200) throw new Error(`${url} returned status ${statusCode}.`);
    }
  }
  await Promise.all(Array.from({ length: concurrentRequests }, sendInTurn));
  await pool.close();
}

/** Counts what a warm chain still needs from other services. */
async function measureRequestsToOthers(): Promise<Row> {
  const chain = await startChain();
  try {
    const tokens = await Promise.all(Array.from({ length: 10 }, () => chain.token()));
    await sendRounds(chain, tokens, 20);
    const requestsBefore = countRequestsToOthers(chain);
    const connections = await countConnections(chain, () => sendRounds(chain, tokens, 100));
    const requests = countRequestsToOthers(chain) - requestsBefore;
    return {
      measurement:
        'New connections, and requests to Entra, Key Vault and the managed identity, ' +
        'in 1,000 warm requests',
      result: `${connections}, ${requests}`,
      goal: '0, 0',
      isMet: connections === 0 && requests === 0,
    };
  } finally {
    await chain.close();
  }
}

/** Sends one request per token at once, `count` times. */
async function sendRounds(chain: Chain, tokens: readonly string[], count: number): Promise<void> {
  for (let round = 0; round < count; round += 1) await Promise.all(tokens.map(chain.get));
}

function countRequestsToOthers(chain: Chain): number {
  let requests = 0;
  for (const path of ['metadata', 'keys', 'token', 'vault', 'identity'] as const)
    requests += chain.count(path);
  return requests;
}

/** Counts Original API's new connections to Entra and to Downstream API during `work`. */
async function countConnections(chain: Chain, work: () => Promise<void>): Promise<number> {
  const channel = 'undici:client:connected';
  const ports = [chain.entra.host.port, new URL(chain.downstream.url).port];
  let connections = 0;
  const onConnect = (message: unknown) => {
    const { connectParams } = message as { connectParams: { port: string } };
    if (ports.includes(connectParams.port)) connections += 1;
  };
  subscribe(channel, onConnect);
  try {
    await work();
  } finally {
    unsubscribe(channel, onConnect);
  }
  return connections;
}

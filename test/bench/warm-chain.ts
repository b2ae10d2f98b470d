import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Pool } from 'undici';
import { readBody, readClaims, sendJson } from '../faults/answers.ts';
import { startChain } from '../faults/chain.ts';
import { audience, type Issuer, startIssuer } from '../support/issuer.ts';
import { median, microseconds, type Row, times } from './measure.ts';
import { downstreamId, type Mode } from './warm-apis.ts';
import { type Running, startPlain, startWorkers } from './warm-running.ts';

type Start = (mode: Mode, entra: Issuer) => Promise<Running>;

/** Chains of either kind that are started, rounds with each, requests of a round, and how many come before: the engine is busy compiling until then. */
const starts = 3;
const rounds = 12;
const requests = 500;
const warmUp = 8_000;
const users = 50;

/** What authentication costs a warm chain, and what a warm chain still asks of the world around it. */
export async function measureWarmChain(): Promise<readonly Row[]> {
  const entra = await startEntra();
  try {
    const worker = await measureCost(entra, startWorkers);
    const plain = await measureCost(entra, startPlain);
    const goal = { goal: 'at most 1.25 ×', met: worker.ratio <= 1.25 };
    const peers = 'Microsoft.Identity.Web 2.65–3.3 ×, measured earlier';
    return [
      {
        what: 'Warm chain in two Functions workers, processor time in that of the same chain without authentication (no token validated, none exchanged)',
        ...show(worker),
        peers,
        ...goal,
      },
      { what: 'The same on bare node:http, which costs next to nothing itself', ...show(plain) },
      await countSteadyState(),
    ];
  } finally {
    await entra.close();
  }
}

const show = ({ auth, open, ratio }: Cost) => ({
  ours: `${times(ratio)} (${microseconds(auth)} against ${microseconds(open)} a request)`,
});

async function startEntra(): Promise<Issuer> {
  const entra = await startIssuer();
  entra.respond('/token', async (request, response) => {
    const { oid } = readClaims(new URLSearchParams(await readBody(request)).get('assertion') ?? '');
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

/** Microseconds of both APIs per request, and their ratio: medians of what each pair of chains shows. */
interface Cost extends Record<Mode, number> {
  readonly ratio: number;
}

/** A process differs from its twin by a tenth for as long as it lives, so one pair of chains says little. */
async function measureCost(entra: Issuer, start: Start): Promise<Cost> {
  const costs: Cost[] = [];
  for (let index = 0; index < starts; index += 1)
    costs.push(
      await measureOnce(entra, start, index % 2 === 0 ? ['auth', 'open'] : ['open', 'auth']),
    );
  const medianOf = (name: keyof Cost) => median(costs.map((cost) => cost[name]));
  return { auth: medianOf('auth'), open: medianOf('open'), ratio: medianOf('ratio') };
}

async function measureOnce(
  entra: Issuer,
  start: Start,
  [one, other]: readonly [Mode, Mode],
): Promise<Cost> {
  const oid = (user: number) => `a11ce000-0000-4000-8000-${String(user).padStart(12, '0')}`;
  const tokens = await Promise.all(
    Array.from({ length: users }, (_, user) => entra.token({ oid: oid(user) })),
  );
  const chains = { [one]: await start(one, entra), [other]: await start(other, entra) } as Record<
    Mode,
    Running
  >;
  const taken: Record<Mode, number[]> = { auth: [], open: [] };
  for (const mode of [one, other]) await askOften(`${chains[mode].url}/documents`, tokens, warmUp);
  for (let round = 0; round < rounds; round += 1) {
    for (const mode of round % 2 === 0 ? [one, other] : [other, one]) {
      const before = await chains[mode].used();
      await askOften(`${chains[mode].url}/documents`, tokens, requests);
      taken[mode].push(((await chains[mode].used()) - before) / requests);
    }
  }
  await Promise.all([chains.auth.close(), chains.open.close()]);
  const [auth, open] = [median(taken.auth), median(taken.open)];
  return { auth, open, ratio: auth / open };
}

/** So many requests, ten at a time, each user in turn. */
async function askOften(url: string, tokens: readonly string[], often: number): Promise<void> {
  const { origin, pathname: path } = new URL(url);
  const pool = new Pool(origin, { connections: 10 });
  let next = 0;
  async function ask(): Promise<void> {
    while (next < often) {
      const token = tokens[next % tokens.length];
      next += 1;
      const { statusCode, body } = await pool.request({
        method: 'GET',
        path,
        headers: { authorization: `Bearer ${token}` },
      });
      await body.text();
      if (statusCode !== 200) throw new Error(`${url} answers ${statusCode}`);
    }
  }
  await Promise.all(Array.from({ length: 10 }, ask));
  await pool.close();
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
    for (let round = 0; round < 20; round += 1) await Promise.all(tokens.map(chain.get));
    const watched = ['metadata', 'keys', 'token', 'vault', 'identity'] as const;
    const before = watched.map(chain.count);
    subscribe(channel, onConnect);
    for (let round = 0; round < 100; round += 1) await Promise.all(tokens.map(chain.get));
    const after = watched.map(chain.count);
    const calls = after.reduce((sum, count, index) => sum + count - (before[index] ?? 0), 0);
    return {
      what: 'Handshakes, and calls to Entra (so client assertions, too), vault and managed identity, in 1,000 warm requests',
      ours: `${handshakes}, ${calls}`,
      goal: '0',
      met: handshakes + calls === 0,
    };
  } finally {
    unsubscribe(channel, onConnect);
    await chain.close();
  }
}

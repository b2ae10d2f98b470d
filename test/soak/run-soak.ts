import { Pool } from 'undici';
import { type Stack, startStack } from '../support/stack.ts';
import { type MemoryGrowth, watchMemory } from './memory-growth.ts';
import {
  createDirectory,
  createTokens,
  objectIdOf,
  requiresMfa,
  type SoakToken,
  setMfaPolicy,
} from './soak-users.ts';

/** The size of a soak. */
export interface SoakOptions {
  /** How many calls of Original API. */
  readonly calls: number;
  readonly users: number;
  /** How many tokens A each user has. Original API exchanges each of them for a token B. */
  readonly sessions: number;
  /** Receives a line of progress from time to time. */
  readonly say?: (line: string) => void;
}

/** How the chain responded. */
interface Counts {
  /** The number of responses by HTTP status. */
  readonly statuses: Readonly<Record<number, number>>;
  /** Responses that contain another user's id, in the claims of token A or of token B. */
  readonly mixUps: number;
  /** Refusals for a user to whom no policy applies. */
  readonly misdirectedRefusals: number;
}

/** What a soak found. */
export interface SoakResult extends Counts {
  /** The memory of Original API and of Downstream API, relative to the first calls. */
  readonly growth: MemoryGrowth;
  readonly seconds: number;
}

interface Policy {
  readonly name: string;
  /** The value that the policy has for one turn. */
  readonly on: string;
  /** The value that ends it. */
  readonly off: string;
}

/** Each policy is on for one turn. The turns between them have none. */
const policies: readonly Policy[] = [
  { name: 'fault', on: 'token=429:1', off: 'token=off' },
  { name: 'vault-credential', on: 'rotate', off: 'normal' },
  { name: 'fault', on: 'token=500', off: 'token=off' },
  { name: 'fault', on: 'keys=503', off: 'keys=off' },
  { name: 'mfa', on: 'on', off: 'off' },
  { name: 'fault', on: 'token=cut', off: 'token=off' },
  { name: 'signing-key', on: 'overlap', off: 'normal' },
  { name: 'fault', on: 'vault=500', off: 'vault=off' },
  { name: 'fault', on: 'token=garbage', off: 'token=off' },
  { name: 'fault', on: 'managed-identity=500', off: 'managed-identity=off' },
  { name: 'fault', on: 'token=delay:300', off: 'token=off' },
  { name: 'fault', on: 'token=redirect:http://localhost:9/canary', off: 'token=off' },
];
const turns = 36;
const turnsPerProgressLine = 6;
const concurrentCalls = 32;

/**
 * Calls `GET /api/journey` of a whole stack for many users in turn while policies go on and off.
 * Checks that every response is about the user who called.
 */
export async function runSoak(options: SoakOptions): Promise<SoakResult> {
  const { calls, users, sessions, say = () => {} } = options;
  const stack = await startStack({ directory: await createDirectory(users) });
  const start = performance.now();
  const secondsSinceStart = () => Math.round((performance.now() - start) / 1_000);
  try {
    const tokens = await createTokens(stack, users, sessions);
    say(`${formatCount(tokens.length)} tokens after ${secondsSinceStart()} s`);
    const caller = createCaller(stack, tokens, calls);

    // Without a policy at first, so that the caches of the APIs are filled.
    await caller.callUntil(Math.ceil(tokens.length / 2));
    const [, ...apiPids] = stack.pids;
    const memory = watchMemory(apiPids);

    for (let turn = 0; turn < turns; turn += 1) {
      const policy = turn % 2 === 0 ? policies[(turn / 2) % policies.length] : undefined;
      if (policy) await setPolicy(stack, users, policy.name, policy.on);
      await caller.callUntil(Math.ceil((calls * (turn + 1)) / turns));
      if (policy) await setPolicy(stack, users, policy.name, policy.off);
      memory.measure();
      if ((turn + 1) % turnsPerProgressLine === 0)
        say(`${secondsSinceStart()} s: ${JSON.stringify(caller.counts())}`);
    }

    await caller.close();
    return { ...caller.counts(), growth: memory.measure(), seconds: secondsSinceStart() };
  } finally {
    await stack.stop();
  }
}

async function setPolicy(stack: Stack, users: number, name: string, value: string): Promise<void> {
  if (name === 'mfa') await setMfaPolicy(stack, users, value);
  else await stack.policy(name, value);
}

/** What each API saw, in the response of `GET /api/journey`. */
interface Journey {
  readonly original?: { readonly claims: { readonly oid?: string } };
  readonly downstream?: { readonly claims: { readonly oid?: string } };
}

/** Calls Original API with the tokens in turn and counts the responses. */
function createCaller(stack: Stack, tokens: readonly SoakToken[], calls: number) {
  const { origin, pathname: path } = new URL(`${stack.urls.originalApi}/journey`);
  const pool = new Pool(origin, { connections: concurrentCalls });
  const statuses: Record<number, number> = {};
  let mixUps = 0;
  let misdirectedRefusals = 0;
  let sent = 0;

  /**
   * Half of the tokens are in use from the start. The others join one by one, so that there always
   * are some to exchange. The prime number spreads consecutive calls over the users.
   */
  function nextToken(): SoakToken {
    const joined = Math.ceil((tokens.length * (1 + sent / calls)) / 2);
    return tokens[(sent * 7_919) % joined] as SoakToken;
  }

  async function callOnce(): Promise<void> {
    const { user, token } = nextToken();
    sent += 1;
    const headers = { authorization: `Bearer ${token}` };
    const { statusCode, body } = await pool.request({ method: 'GET', path, headers });
    const journey = (await body.json()) as Journey;
    statuses[statusCode] = (statuses[statusCode] ?? 0) + 1;
    if (statusCode === 200) {
      if (!isAbout(journey, user)) mixUps += 1;
    } else if (statusCode < 500 && !requiresMfa(user)) {
      misdirectedRefusals += 1;
    }
  }

  return {
    /** Sends calls until there have been `end` of them in total. */
    async callUntil(end: number): Promise<void> {
      const callInTurn = async () => {
        while (sent < end) await callOnce();
      };
      await Promise.all(Array.from({ length: concurrentCalls }, callInTurn));
    },
    counts: (): Counts => ({ statuses, mixUps, misdirectedRefusals }),
    close: () => pool.close(),
  };
}

function isAbout({ original, downstream }: Journey, user: number): boolean {
  const oid = objectIdOf(user);
  return original?.claims.oid === oid && downstream?.claims.oid === oid;
}

const formatCount = (count: number): string => count.toLocaleString('en');

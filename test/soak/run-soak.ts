import { spawnSync } from 'node:child_process';
import { Pool } from 'undici';
import { type Stack, startStack } from '../support/stack.ts';

export interface SoakOptions {
  readonly calls: number;
  readonly users: number;
  /** Tokens A of each user; each has a token B of its own. */
  readonly sessions: number;
  readonly say?: (line: string) => void;
}

export interface SoakResult {
  /** How often each status came. */
  readonly statuses: Readonly<Record<number, number>>;
  /** Answers that carry somebody else's oid, in A's claims or in B's. */
  readonly mixUps: number;
  /** Refusals that only the user of a policy may get, at somebody else. */
  readonly foreignRefusals: number;
  /** Mebibytes by which each API's process had grown since the first calls were made, at most and at the end. */
  readonly growth: { readonly most: readonly number[]; readonly end: readonly number[] };
  readonly seconds: number;
}

/** One after another while the calls go on, each on for its turn and then off again. */
const faults: readonly (readonly [name: string, on: string, off: string])[] = [
  ['fault', 'token=429:1', 'token=off'],
  ['vault-credential', 'rotate', 'normal'],
  ['fault', 'token=500', 'token=off'],
  ['fault', 'keys=503', 'keys=off'],
  ['mfa', 'on', 'off'],
  ['fault', 'token=cut', 'token=off'],
  ['signing-key', 'overlap', 'normal'],
  ['fault', 'vault=500', 'vault=off'],
  ['fault', 'token=garbage', 'token=off'],
  ['fault', 'managed-identity=500', 'managed-identity=off'],
  ['fault', 'token=delay:300', 'token=off'],
  ['fault', 'token=redirect:http://localhost:9/canary', 'token=off'],
];
/** Whom Conditional Access asks for more while that turn lasts: every fifth user, and nobody else may be refused. */
const isWatched = (user: number) => user % 5 === 0;
const turns = 36;
const atOnce = 32;

const oidOf = (user: number) => `50a40000-0000-4000-8000-${String(user).padStart(12, '0')}`;

/** Calls `GET /api/journey` of a whole stack for many users in turns, with faults on and off, and looks whose claims come back. */
export async function runSoak({
  calls,
  users,
  sessions,
  say = () => {},
}: SoakOptions): Promise<SoakResult> {
  const stack = await startStack({ directory: await directoryOf(users) });
  const began = performance.now();
  try {
    const tokens = await makeTokens(stack, users, sessions);
    say(
      `${tokens.length.toLocaleString('en')} tokens of ${users.toLocaleString('en')} users after ${secondsSince(began)} s`,
    );
    const { origin, pathname } = new URL(`${stack.urls.originalApi}/journey`);
    const pool = new Pool(origin, { connections: atOnce });
    const counts = { statuses: {} as Record<number, number>, mixUps: 0, foreignRefusals: 0 };
    const grown = createGrowth(stack.pids.slice(1));
    let made = 0;

    async function callOnce(): Promise<void> {
      // Half of the tokens are used from the beginning on; the others join bit by bit, so that there are always some to exchange.
      const joined = Math.ceil((tokens.length * (1 + made / calls)) / 2);
      const { user, token } = tokens[(made * 7_919) % joined] as (typeof tokens)[0];
      made += 1;
      const { statusCode, body } = await pool.request({
        method: 'GET',
        path: pathname,
        headers: { authorization: `Bearer ${token}` },
      });
      const answer = (await body.json()) as { original?: Hop; downstream?: Hop };
      counts.statuses[statusCode] = (counts.statuses[statusCode] ?? 0) + 1;
      if (statusCode === 200) {
        const seen = [answer.original?.claims.oid, answer.downstream?.claims.oid];
        if (seen.some((oid) => oid !== oidOf(user))) counts.mixUps += 1;
      } else if (statusCode < 500 && !isWatched(user)) counts.foreignRefusals += 1;
    }
    const callUntil = async (end: number) => {
      while (made < end) await callOnce();
    };

    // Without a fault at first: a process that starts into one has no tokens to go on with.
    await Promise.all(
      Array.from({ length: atOnce }, () => callUntil(Math.ceil(tokens.length / 2))),
    );
    grown.begin();
    async function switchPolicy(name: string, value: string): Promise<void> {
      if (name !== 'mfa') return stack.policy(name, value);
      for (let user = 0; user < users; user += 1)
        if (isWatched(user)) await stack.policy(name, value, `user-${user}`);
    }

    for (let turn = 0; turn < turns; turn += 1) {
      // Every other turn is one without a fault.
      const [name, on, off] = faults[(turn / 2) % faults.length] ?? [];
      if (name && on) await switchPolicy(name, on);
      await Promise.all(
        Array.from({ length: atOnce }, () => callUntil(Math.ceil((calls * (turn + 1)) / turns))),
      );
      if (name && off) await switchPolicy(name, off);
      grown.look();
      if (turn % 6 === 5)
        say(
          `${made.toLocaleString('en')} calls after ${secondsSince(began)} s: ${JSON.stringify(counts)}`,
        );
    }
    await pool.close();
    return { ...counts, growth: grown.read(), seconds: secondsSince(began) };
  } finally {
    await stack.stop();
  }
}

interface Hop {
  readonly claims: { readonly oid?: string };
}

const secondsSince = (began: number) => Math.round((performance.now() - began) / 1_000);

/** The emulators's own directory with so many users instead of its eight. */
async function directoryOf(users: number): Promise<object> {
  const { default: directory } = await import('../../local/tenant.json', {
    with: { type: 'json' },
  });
  const made = Array.from({ length: users }, (_, user) => ({
    name: `user-${user}`,
    tenant: 'contoso',
    oid: oidOf(user),
    displayName: `User ${user}`,
    upn: `user-${user}@contoso.example`,
  }));
  return { ...directory, users: [...directory.users, ...made] };
}

async function makeTokens(stack: Stack, users: number, sessions: number) {
  const made: { user: number; token: string }[] = [];
  const wanted = Array.from({ length: users * sessions }, (_, index) => index % users);
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (let user = wanted.pop(); user !== undefined; user = wanted.pop())
        made.push({ user, token: await stack.token(`user-${user}`) });
    }),
  );
  return made;
}

/** Mebibytes of resident memory that processes gain after `begin`, at any `look` and at the end. */
function createGrowth(pids: readonly number[]) {
  const resident = () =>
    pids.map(
      (pid) =>
        Number(spawnSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }).stdout) /
        1_024,
    );
  let before = resident();
  let most = pids.map(() => 0);
  const look = () => {
    const now = resident().map((size, index) => Math.round(size - (before[index] ?? 0)));
    most = most.map((size, index) => Math.max(size, now[index] ?? 0));
    return now;
  };
  return {
    begin: () => {
      before = resident();
    },
    look,
    read: () => {
      const end = look();
      return { most, end };
    },
  };
}

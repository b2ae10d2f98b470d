import { LRUCache } from 'lru-cache';
import { type Refusal, TokenEndpointRefusal } from './network.ts';

/** Runs work towards the token endpoint for one user, or refuses at once where asking would be in vain. @throws TokenEndpointRefusal */
export type Gate = <T>(user: string, work: () => Promise<T>) => Promise<T>;

/** Milliseconds that anybody waits for a turn: less than an answer may take (5 s), so that nobody waits behind silence and then in it. */
type Settings = { readonly patience?: number; readonly now?: () => number };

/** Requests under way, and those that may wait; failures in a row that open the breaker; milliseconds between two probes; seconds of a Retry-After. */
const limits = { running: 20, waiting: 500, failures: 5, betweenProbes: 5_000, retryAfter: 300 };

/**
 * Stands before Entra's token endpoint: 20 requests at a time and no more; when it is down nobody waits for it, and one request in
 * 5 s finds out whether it is back; a user who is throttled is not asked for again before that is due. What may be one user's own trouble
 * (a throttle, 5xx, no answer in time) is held against others only when a second user has it too.
 */
export function createGate({ patience = 4_000, now = Date.now }: Settings = {}): Gate {
  const throttled = new LRUCache<string, number>({ max: 10_000 });
  const waiting = new Set<{ readonly go: () => void; readonly giveUp: (error: Error) => void }>();
  let running = 0;
  let failures = 0;
  let failing = new Set<string>();
  let probe = { at: 0, by: '' };

  const isOpen = () => failures >= limits.failures && failing.size > 1;

  function demandNoThrottle(user: string): void {
    const wait = (throttled.get(user) ?? 0) - now();
    // A clock that steps back must not make the wait longer than it can be.
    if (wait <= 0 || wait > limits.retryAfter * 1_000) return;
    throw new TokenEndpointRefusal({ status: 429, retryAfter: Math.ceil(wait / 1_000) });
  }

  /** Nobody takes two probes in a row, or one user's own trouble could keep the way closed for all. */
  function demandOpenWay(user: string): void {
    if (!isOpen()) return;
    const since = now() - probe.at;
    if (since >= 0 && since < limits.betweenProbes * (probe.by === user ? 2 : 1)) throw isDown();
    probe = { at: now(), by: user };
  }

  async function takeTurn(): Promise<void> {
    if (running < limits.running) {
      running += 1;
      return;
    }
    if (waiting.size >= limits.waiting) throw isDown();
    const { promise, resolve: go, reject: giveUp } = Promise.withResolvers<void>();
    const turn = { go, giveUp };
    waiting.add(turn);
    const timer = setTimeout(() => giveUp(isDown()), patience);
    await promise.finally(() => {
      clearTimeout(timer);
      waiting.delete(turn);
    });
  }

  /** Whoever ends hands the turn on, so that it is never free in between. */
  function handOn(): void {
    const [next] = waiting;
    if (!next) running -= 1;
    else {
      waiting.delete(next);
      next.go();
    }
  }

  function learn(user: string, { status = 0, codes = [], failure, retryAfter = 5 }: Refusal): void {
    if (status === 429 || codes.includes(50196)) throttled.set(user, now() + Math.min(retryAfter, limits.retryAfter) * 1_000);
    const isUnreachable = failure === 'connect' || failure === 'broken';
    if (status < 500 && failure !== 'timeout' && !isUnreachable) {
      closeBreaker();
      return;
    }
    failures += 1;
    failing.add(user);
    if (isUnreachable) failing.add('everybody');
    if (!isOpen()) return;
    probe = { at: now(), by: user };
    for (const { giveUp } of waiting) giveUp(isDown());
  }

  function closeBreaker(): void {
    failures = 0;
    failing = new Set();
  }

  return async (user, work) => {
    demandNoThrottle(user);
    demandOpenWay(user);
    await takeTurn();
    try {
      // A throttle may have come while this waited for its turn.
      demandNoThrottle(user);
      const result = await work().catch((error: unknown) => {
        if (error instanceof TokenEndpointRefusal) learn(user, error.refusal);
        throw error;
      });
      closeBreaker();
      return result;
    } finally {
      handOn();
    }
  };
}

const isDown = () => new TokenEndpointRefusal({ failure: 'connect', retryAfter: limits.betweenProbes / 1_000 });

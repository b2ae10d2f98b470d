import { LRUCache } from 'lru-cache';
import { refusalOf, TokenEndpointRefusal } from './network.ts';

/** Runs work towards the token endpoint for one user, or refuses at once where asking would be in vain. @throws TokenEndpointRefusal */
export type Gate = <T>(user: string, work: () => Promise<T>) => Promise<T>;

export interface GateSettings {
  /** How many requests are under way at a time. */
  readonly most?: number;
  readonly now?: () => number;
}

/** Failures in a row that open the breaker; milliseconds between two probes; the longest that a Retry-After is believed, in seconds. */
const limits = { failures: 5, betweenProbes: 5_000, retryAfter: 300 };

/**
 * Stands before Entra's token endpoint: so many requests at a time and no more; when it is down nobody waits for it, and one request in
 * 5 s finds out whether it is back; a user who is throttled is not asked for again before that is due, and the others are.
 */
export function createGate({ most = 20, now = Date.now }: GateSettings = {}): Gate {
  const throttled = new LRUCache<string, number>({ max: 10_000 });
  let waiting: { readonly go: () => void; readonly giveUp: (error: Error) => void }[] = [];
  let running = 0;
  let failures = 0;
  let probedAt = 0;

  const isOpen = () => failures >= limits.failures;

  function demandOpenWay(user: string): void {
    const due = throttled.get(user) ?? 0;
    // A clock that steps back must not make the wait longer than it can be.
    if (due > now() && due - now() <= limits.retryAfter * 1_000)
      throw new TokenEndpointRefusal(refusalOf({ status: 429, retryAfter: Math.ceil((due - now()) / 1_000) }));
    if (!isOpen()) return;
    if (now() - probedAt < limits.betweenProbes && now() >= probedAt) throw isDown();
    probedAt = now();
  }

  function learn(user: string, error: unknown): void {
    const { status, failure, retryAfter = 5 } = error instanceof TokenEndpointRefusal ? error.refusal : refusalOf({});
    if (status === 429) throttled.set(user, now() + Math.min(retryAfter, limits.retryAfter) * 1_000);
    const down = status >= 500 || failure === 'connect' || failure === 'timeout' || failure === 'broken';
    failures = down ? failures + 1 : 0;
    if (isOpen()) probedAt = now();
    // Whoever waits behind one who got no answer in time has waited as long, and would wait once more.
    if (!isOpen() && failure !== 'timeout') return;
    for (const { giveUp } of waiting) giveUp(isDown());
    waiting = [];
  }

  async function takeTurn(): Promise<void> {
    if (running < most) running += 1;
    // Whoever ends hands the turn on, so that it is never free in between.
    else await new Promise<void>((go, giveUp) => waiting.push({ go, giveUp }));
  }

  return async (user, work) => {
    demandOpenWay(user);
    await takeTurn();
    try {
      const result = await work();
      failures = 0;
      return result;
    } catch (error) {
      learn(user, error);
      throw error;
    } finally {
      const next = waiting.shift();
      if (next) next.go();
      else running -= 1;
    }
  };
}

const isDown = () => new TokenEndpointRefusal(refusalOf({ failure: 'connect', retryAfter: limits.betweenProbes / 1_000 }));

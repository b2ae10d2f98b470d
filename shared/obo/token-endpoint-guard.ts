import { LRUCache } from 'lru-cache';
import { type Refusal, TokenEndpointRefusal } from './network.ts';

/**
 * Requests under way in all and of one user, and those that may wait for a turn; milliseconds that one may have waited: less than an answer
 * may take (5 s), so that nobody waits behind silence and then in it; failures in a row that open the breaker; milliseconds between two
 * probes, and those of the longest throttle.
 */
const limits = {
  running: 20,
  ofOneUser: 5,
  waiting: 500,
  patience: 4_000,
  failures: 5,
  betweenProbes: 5_000,
  throttle: 300_000,
};

/**
 * Stands before Entra's token endpoint: 20 requests at a time and no more; when it is down nobody waits for it, and one request in
 * 5 s finds out whether it is back; a user who is throttled is not asked for again before that is due. What may be one user's own trouble
 * (a throttle, 5xx, no answer in time) is held against others only when a second user has it too.
 */
export function createTokenEndpointGuard(now: () => number = Date.now) {
  const throttled = new LRUCache<string, number>({ max: 10_000 });
  const waiting: { readonly user: string; readonly go: () => void }[] = [];
  /** For whom the requests under way are, and those that failed last, in a row; `undefined` where nobody would have had an answer. */
  const running: string[] = [];
  let failing: (string | undefined)[] = [];
  let probe = { at: 0, by: '' };

  const isOpen = () =>
    failing.length >= limits.failures && (failing.includes(undefined) || new Set(failing).size > 1);

  /** Nobody takes two probes in a row that came through, or one user's own trouble could keep the way closed for all. */
  function demandWay(user: string): void {
    const wait = (throttled.get(user) ?? 0) - now();
    // A clock that steps back must not make the wait longer than it can be.
    if (wait > 0 && wait <= limits.throttle)
      throw new TokenEndpointRefusal({ status: 429, retryAfter: Math.ceil(wait / 1_000) });
    const since = now() - probe.at;
    if (
      isOpen() &&
      since >= 0 &&
      since < limits.betweenProbes * (probe.by === user && failing.at(-1) ? 2 : 1)
    )
      throw isDown();
  }

  function learn(
    user: string,
    { status = 0, codes = [], error, failure, retryAfter }: Refusal,
  ): void {
    const isThrottle = status === 429 || codes.includes(50196) || retryAfter !== undefined;
    if (isThrottle) throttled.set(user, now() + (retryAfter ?? 5) * 1_000);
    const isUnreachable = failure === 'connect' || failure === 'broken';
    const isBusy = status >= 500 || error === 'temporarily_unavailable' || codes.includes(90055);
    const isFault = isUnreachable || isBusy || failure === 'timeout';
    failing = isFault ? [...failing, isUnreachable ? undefined : user].slice(-limits.failures) : [];
    if (isOpen()) probe = { at: now(), by: user };
  }

  const isTurnOf = (user: string) =>
    running.length < limits.running &&
    running.filter((one) => one === user).length < limits.ofOneUser;

  async function takeTurn(user: string): Promise<void> {
    const asked = now();
    if (isTurnOf(user)) running.push(user);
    else if (waiting.length >= limits.waiting) throw isDown();
    else await new Promise<void>((go) => waiting.push({ user, go }));
    if (now() - asked <= limits.patience) return;
    handOn(user);
    throw isDown();
  }

  /** Whoever ends hands the turn on, so that it is never free in between. */
  function handOn(user: string): void {
    running.splice(running.indexOf(user), 1);
    const next = waiting.find((turn) => isTurnOf(turn.user));
    if (!next) return;
    waiting.splice(waiting.indexOf(next), 1);
    running.push(next.user);
    next.go();
  }

  /** Runs work towards the token endpoint for one user, or refuses where asking would be in vain. @throws TokenEndpointRefusal */
  return async <T>(user: string, work: () => Promise<T>): Promise<T> => {
    demandWay(user);
    await takeTurn(user);
    try {
      // Much may have happened while this waited for its turn.
      demandWay(user);
      if (isOpen()) probe = { at: now(), by: user };
      const result = await work().catch((error: unknown) => {
        if (error instanceof TokenEndpointRefusal) learn(user, error.refusal);
        throw error;
      });
      failing = [];
      return result;
    } finally {
      handOn(user);
    }
  };
}

const isDown = () =>
  new TokenEndpointRefusal({ failure: 'connect', retryAfter: limits.betweenProbes / 1_000 });

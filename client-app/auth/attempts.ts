import { browserClock, type Clock, createCountdown } from './countdown.ts';
import type { Interruption, Returned } from './interruptions.ts';
import { type Problem, Refusal } from './problem.ts';
import { isOutage, needsPerson, waitBefore } from './remedy.ts';
import { untilGranted } from './until-granted.ts';

/** What a view does at the API: which action runs now, and why the last one did not succeed. */
export interface Attempts {
  /** The name of the action that runs, such as `save`. */
  readonly busy: string | undefined;
  readonly failure: Failure | undefined;
  /**
   * Runs one action at a time; a second one meanwhile is ignored. A refusal becomes `failure` unless `handle` takes it.
   * Anything but a refusal is a bug: it is reported to the browser and shown as such.
   */
  run(name: string, work: () => Promise<void>, options?: RunOptions): Promise<void>;
  /** Waits for nothing any more; for a view that the person leaves. */
  close(): void;
}

export interface RunOptions {
  readonly handle?: (problem: Problem) => Promise<boolean> | boolean;
  /** The person comes back from Entra: no second visit follows from this run, and a permission just given may need seconds to arrive. */
  readonly returned?: Returned | undefined;
  /** The version that the action names, so that it still does after a visit to Entra. */
  readonly basedOn?: string | undefined;
}

export interface Failure {
  readonly name: string;
  readonly problem: Problem;
  /** The person was at Entra for this already. */
  readonly spent: boolean;
  /** Whether the question is open that leads to Entra. */
  readonly asking: boolean;
  /** Seconds until the same action is tried again by itself. */
  readonly seconds: number | undefined;
  /** Runs the same action once more. */
  again(): Promise<void>;
  /** Opens or closes the question. */
  ask(open: boolean): void;
  /** Leaves for Entra, after which the action goes on. */
  act(): Promise<void>;
  /** No more tries by themselves. */
  stop(): void;
}

export function createAttempts(parts: {
  refresh(): void;
  interact(problem: Problem, interruption: Omit<Interruption, 'hash'>): Promise<void>;
  readonly clock?: Clock;
}): Attempts {
  const { refresh, interact, clock = browserClock } = parts;
  const countdown = createCountdown(refresh, clock);
  let busy: string | undefined;
  let failure: Failure | undefined;

  async function attempt(
    name: string,
    work: () => Promise<void>,
    options: RunOptions,
    tries: number,
  ): Promise<void> {
    if (busy !== undefined) return;
    const { handle, returned } = options;
    countdown.stop();
    busy = name;
    // While an outage is waited out the words stay, or they would come and go.
    if (tries === 0) failure = undefined;
    refresh();
    try {
      const patient = returned && !returned.problem ? () => untilGranted(work, clock) : work;
      await patient().catch(async (error: unknown) => {
        if (!(error instanceof Refusal) || !(await handle?.(error.problem))) throw error;
      });
      failure = undefined;
    } catch (error) {
      fail(name, work, options, problemOf(error), tries);
    } finally {
      busy = undefined;
      refresh();
    }
  }

  function fail(
    name: string,
    work: () => Promise<void>,
    options: RunOptions,
    met: Problem,
    tries: number,
  ): void {
    const { returned, basedOn } = options;
    const spent = returned !== undefined;
    // Met again by somebody who turned back: that they did is the better reason.
    const problem = returned?.problem && returned.code === met.code ? returned.problem : met;
    let asking = needsPerson(problem) && !spent;
    const wait = () => attempt(name, work, options, tries + 1);
    failure = {
      name,
      problem,
      spent,
      get asking() {
        return asking;
      },
      get seconds() {
        return countdown.seconds;
      },
      again: () =>
        isOutage(problem) ? wait() : attempt(name, work, { ...options, returned: undefined }, 0),
      ask(open) {
        asking = open;
        refresh();
      },
      act: () =>
        interact(problem, {
          action: name,
          code: problem.code,
          ...(basedOn !== undefined && { basedOn }),
        }).catch((error: unknown) => {
          fail(name, work, options, problemOf(error), 0);
          refresh();
        }),
      stop() {
        countdown.stop();
        refresh();
      },
    };
    if (isOutage(problem))
      countdown.start(waitBefore(tries, problem.retryAfter), () => void wait());
  }

  return {
    get busy() {
      return busy;
    },
    get failure() {
      return failure;
    },
    async run(name, work, options = {}) {
      const { returned } = options;
      if (returned?.problem && returned.action === name) {
        fail(name, work, options, returned.problem, 0);
        refresh();
      } else await attempt(name, work, options, 0);
    },
    close: countdown.stop,
  };
}

function problemOf(error: unknown): Problem {
  if (error instanceof Refusal) return error.problem;
  reportError(error);
  return { code: 'unexpected', status: 0, correlationId: '' };
}

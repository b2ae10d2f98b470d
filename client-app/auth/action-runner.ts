import { browserClock, type Clock, createCountdown } from './countdown.ts';
import type { PendingAction, ReturnedAction } from './pending-action.ts';
import { type Problem, ProblemError } from './problem.ts';
import { isOutage, requiresInteraction, retryDelay } from './recovery.ts';
import { retryAfterConsent } from './retry-after-consent.ts';

/** Runs the actions of a view, one at a time, and recovers from their problems. */
export interface ActionRunner {
  /** The name of the running action, such as `save`. */
  readonly busy: string | undefined;
  /** Why the last action failed. */
  readonly failure: Failure | undefined;
  /**
   * Runs an action, unless another one is running. A `ProblemError` becomes `failure`. Any other
   * error is a bug: it is reported to the browser and shown as `unexpected`.
   * @param name the name of the action, such as `save`
   * @param work sends the requests of the action
   */
  run(name: string, work: () => Promise<void>, options?: RunOptions): Promise<void>;
  /** Stops the countdown to the next retry. For a view that closes. */
  close(): void;
}

/** Options of a single run. */
export interface RunOptions {
  /** Called with a problem before it is shown. Returns `true` when it has handled the problem. */
  readonly handle?: (problem: Problem) => Promise<boolean> | boolean;
  /**
   * The pending action, when the user returns from Entra. This run then leads to no second visit,
   * and waits some seconds for a new consent to become effective.
   */
  readonly returned?: ReturnedAction | undefined;
  /** The ETag of the version that the action changes. It is part of the pending action. */
  readonly basedOn?: string | undefined;
}

/** A failed action, and the ways to recover. */
export interface Failure {
  /** The name of the action, such as `save`. */
  readonly name: string;
  /** Why it failed. */
  readonly problem: Problem;
  /** Whether the user has already visited Entra for this action. */
  readonly afterInteraction: boolean;
  /** Whether the dialog that leads to Entra is open. */
  readonly dialogOpen: boolean;
  /** Seconds until the automatic retry. `undefined` without one. */
  readonly secondsToRetry: number | undefined;
  /** Runs the action again now. */
  retry(): Promise<void>;
  /** Opens or closes the dialog that leads to Entra. */
  showDialog(open: boolean): void;
  /** Leaves the page for Entra. The action continues afterwards. */
  interact(): Promise<void>;
  /** Cancels the automatic retry. */
  cancelRetry(): void;
}

interface Action {
  readonly name: string;
  readonly work: () => Promise<void>;
  readonly options: RunOptions;
}

/**
 * Creates the runner of a view's actions.
 * - A problem that the user can solve opens a dialog, which leads to Entra.
 * - An outage starts a countdown to an automatic retry, with exponential backoff.
 */
export function createActionRunner(dependencies: {
  /** Draws the view. */
  refresh(): void;
  /** Stores the action and leaves the page for Entra. */
  startInteraction(problem: Problem, pending: Omit<PendingAction, 'hash'>): Promise<void>;
  /** Replaces the browser's timers in tests. */
  readonly clock?: Clock;
}): ActionRunner {
  const { refresh, startInteraction, clock = browserClock } = dependencies;
  const countdown = createCountdown(refresh, clock);
  let busy: string | undefined;
  let failure: Failure | undefined;

  async function runOnce(action: Action, retries: number): Promise<void> {
    if (busy !== undefined) return;
    countdown.stop();
    busy = action.name;
    // During an outage the message stays while a retry runs. Otherwise it would flicker.
    if (retries === 0) failure = undefined;
    refresh();
    try {
      await perform(action);
      failure = undefined;
    } catch (error) {
      recordFailure(action, toProblem(error), retries);
    } finally {
      busy = undefined;
      refresh();
    }
  }

  async function perform({ work, options: { handle, returned } }: Action): Promise<void> {
    const entraIssuedToken = returned !== undefined && returned.problem === undefined;
    try {
      await (entraIssuedToken ? retryAfterConsent(work, clock) : work());
    } catch (error) {
      if (error instanceof ProblemError && (await handle?.(error.problem))) return;
      throw error;
    }
  }

  function recordFailure(action: Action, latestProblem: Problem, retries: number): void {
    const { name, work, options } = action;
    const { returned, basedOn } = options;
    const afterInteraction = returned !== undefined;
    // For the same problem after the user declined, the message says that they declined.
    const problem =
      returned?.problem && returned.code === latestProblem.code ? returned.problem : latestProblem;
    let dialogOpen = requiresInteraction(problem) && !afterInteraction;

    const retry = () => runOnce(action, retries + 1);
    const startOver = () =>
      runOnce({ name, work, options: { ...options, returned: undefined } }, 0);

    failure = {
      name,
      problem,
      afterInteraction,
      get dialogOpen() {
        return dialogOpen;
      },
      get secondsToRetry() {
        return countdown.seconds;
      },
      retry: isOutage(problem) ? retry : startOver,
      showDialog(open) {
        dialogOpen = open;
        refresh();
      },
      async interact() {
        try {
          await startInteraction(problem, {
            action: name,
            code: problem.code,
            ...(basedOn !== undefined && { basedOn }),
          });
        } catch (error) {
          recordFailure(action, toProblem(error), 0);
          refresh();
        }
      },
      cancelRetry() {
        countdown.stop();
        refresh();
      },
    };

    if (isOutage(problem))
      countdown.start(retryDelay(retries, problem.retryAfter), () => void retry());
  }

  return {
    get busy() {
      return busy;
    },
    get failure() {
      return failure;
    },
    async run(name, work, options = {}) {
      const action: Action = { name, work, options };
      const { returned } = options;
      if (returned?.problem && returned.action === name) {
        recordFailure(action, returned.problem, 0);
        refresh();
      } else {
        await runOnce(action, 0);
      }
    },
    close: countdown.stop,
  };
}

function toProblem(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  reportError(error);
  return { code: 'unexpected', status: 0, correlationId: '' };
}

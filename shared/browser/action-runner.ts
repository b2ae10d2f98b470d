import { explainAfterInteraction } from './after-interaction.ts';
import { browserClock, type Clock } from './clock.ts';
import { createCountdown } from './countdown.ts';
import type { ReturnedAction } from './entra-visit.ts';
import type { PendingAction } from './pending-action.ts';
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
   * error is a bug: it is reported to the browser and becomes the problem `unexpected`.
   *
   * @param name the name of the action, such as `save`
   * @param work sends the requests of the action
   */
  run(name: string, work: () => Promise<void>, options?: RunOptions): Promise<void>;

  /** Ends the automatic retries, until the next run. Call it when the view closes. */
  close(): void;
}

/** Options of a single run. */
export type RunOptions = {
  /** Called with a problem before it is shown. Returns `true` if it has handled the problem. */
  readonly handle?: (problem: Problem) => Promise<boolean> | boolean;

  /**
   * The pending action, if the user returns from Entra ID. This run then does not send the user
   * to Entra ID again, and waits some seconds for a new consent to become effective.
   */
  readonly returned?: ReturnedAction | undefined;

  /**
   * What the action needs to run again after a visit to Entra ID, such as what the user typed. Any
   * JSON value. It becomes `returned.input`.
   */
  readonly input?: unknown;
};

/** A failed action, and the ways to recover. */
export interface Failure {
  /** The name of the action, such as `save`. */
  readonly name: string;

  /** Why it failed. */
  readonly problem: Problem;

  /** Whether the user has already visited Entra ID for this action. */
  readonly afterInteraction: boolean;

  /** Why the visit to Entra ID did not help, in a sentence for the user. */
  readonly explanation: string | undefined;

  /** Whether `interact` can solve the problem. `false` after a visit to Entra ID. */
  readonly canInteract: boolean;

  /** Whether the dialog that leads to Entra ID is open. */
  readonly dialogOpen: boolean;

  /** Seconds until the automatic retry. `undefined` without one. */
  readonly secondsToRetry: number | undefined;

  /** Runs the action again now. */
  retry(): Promise<void>;

  /** Opens or closes the dialog that leads to Entra ID. */
  showDialog(open: boolean): void;

  /** Leaves the page for Entra ID, if `canInteract`. The action continues afterwards. */
  interact(): Promise<void>;

  /** Cancels the automatic retry. */
  cancelRetry(): void;
}

/** What the app provides to a runner. */
export interface ActionRunnerOptions {
  /** Draws the view. Called after every change of the runner. */
  refresh(): void;

  /**
   * Stores the action and leaves the page for Entra ID.
   *
   * @throws {ProblemError} if the page cannot be left
   */
  startInteraction(problem: Problem, pending: Omit<PendingAction, 'page'>): Promise<void>;

  /** Replaces the browser's timers in tests. */
  readonly clock?: Clock;
}

type Action = {
  readonly name: string;
  readonly work: () => Promise<void>;
  readonly options: RunOptions;
};

/**
 * Creates the runner of a view's actions.
 * - A problem that the user can solve opens a dialog, which leads to Entra ID. The user visits it
 *   at most once for a run; after that, the failure explains the problem.
 * - An outage starts a countdown to an automatic retry, with exponential backoff.
 *
 * @example
 * ```ts
 * const runner = createActionRunner({
 *   refresh: draw,
 *   startInteraction: (problem, pending) =>
 *     leaveForEntra(problem, { page: location.pathname, ...pending }, pendingActions, tokens),
 * });
 * await runner.run('save', () => saveOrder(order), { input: order });
 * ```
 */
export function createActionRunner(options: ActionRunnerOptions): ActionRunner {
  // Called on `options`, because the functions may be methods of a class.
  const refresh = () => options.refresh();
  const { clock = browserClock } = options;
  const countdown = createCountdown(refresh, clock);
  let busy: string | undefined;
  let failure: Failure | undefined;
  let isClosed = false;

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
    const { name, work } = action;
    const { returned, input } = action.options;
    const afterInteraction = returned !== undefined;
    // If the user declined and the problem is the same, the message says that they declined.
    const problem =
      returned?.problem && returned.code === latestProblem.code ? returned.problem : latestProblem;
    const canInteract = requiresInteraction(problem) && !afterInteraction;
    let dialogOpen = canInteract;

    const retry = () => runOnce(action, retries + 1);
    const startOver = () =>
      runOnce({ name, work, options: { ...action.options, returned: undefined } }, 0);

    failure = {
      name,
      problem,
      afterInteraction,
      explanation: afterInteraction ? explainAfterInteraction(problem) : undefined,
      canInteract,
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
        if (!canInteract) return;
        try {
          await options.startInteraction(problem, {
            action: name,
            code: problem.code,
            ...(input !== undefined && { input }),
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

    // The view may have closed while the action ran.
    if (isOutage(problem) && !isClosed)
      countdown.start(retryDelay(retries, problem.retryAfter), () => void retry());
  }

  return {
    get busy() {
      return busy;
    },
    get failure() {
      return failure;
    },
    async run(name, work, runOptions = {}) {
      isClosed = false;
      const action: Action = { name, work, options: runOptions };
      const { returned } = runOptions;
      if (returned?.problem && returned.action === name) {
        recordFailure(action, returned.problem, 0);
        refresh();
      } else {
        await runOnce(action, 0);
      }
    },
    close() {
      isClosed = true;
      countdown.stop();
    },
  };
}

function toProblem(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  reportError(error);
  return { code: 'unexpected', status: 0, correlationId: '' };
}

import { type Problem, Refusal } from './problem.ts';

/** What a view does at the API: which action runs now, and why the last one did not succeed. */
export interface Attempts {
  /** The name of the action that runs, such as `save`. */
  readonly busy: string | undefined;
  readonly failure: Failure | undefined;
  /**
   * Runs one action at a time; a second one meanwhile is ignored. A refusal becomes `failure` unless `handle` takes it.
   * Anything but a refusal is a bug: it is reported to the browser and shown as such.
   */
  run(name: string, work: () => Promise<void>, handle?: (problem: Problem) => Promise<boolean> | boolean): Promise<void>;
  dismiss(): void;
}

export interface Failure {
  readonly name: string;
  readonly problem: Problem;
  /** Runs the same action once more. */
  readonly again: () => Promise<void>;
}

export function createAttempts(refresh: () => void): Attempts {
  let busy: string | undefined;
  let failure: Failure | undefined;
  const attempts: Attempts = {
    get busy() {
      return busy;
    },
    get failure() {
      return failure;
    },
    async run(name, work, handle) {
      if (busy !== undefined) return;
      busy = name;
      failure = undefined;
      refresh();
      try {
        await work().catch(async (error: unknown) => {
          if (!(error instanceof Refusal) || !(await handle?.(error.problem))) throw error;
        });
      } catch (error) {
        if (!(error instanceof Refusal)) reportError(error);
        const problem: Problem = error instanceof Refusal ? error.problem : { code: 'unexpected', status: 0, correlationId: '' };
        failure = { name, problem, again: () => attempts.run(name, work, handle) };
      } finally {
        busy = undefined;
        refresh();
      }
    },
    dismiss() {
      failure = undefined;
      refresh();
    },
  };
  return attempts;
}

import { createActionRunner } from '../../../../client-app/auth/action-runner.ts';
import type { Clock } from '../../../../client-app/auth/countdown.ts';
import { type Problem, ProblemError } from '../../../../client-app/auth/problem.ts';
import type { ProblemCode } from '../../../../client-app/auth/problem-messages.ts';

/** A runner whose clock the test moves, with the visits to Entra and the draws that it requests. */
export function createRunner() {
  const ticks = new Set<() => void>();
  const sleeps: number[] = [];
  const clock: Clock = {
    every(_milliseconds, tick) {
      ticks.add(tick);
      return () => ticks.delete(tick);
    },
    sleep: async (milliseconds) => void sleeps.push(milliseconds),
  };
  const interactions: object[] = [];
  const app = {
    draws: 0,
    leavePage: async (): Promise<void> => {},
  };
  const actions = createActionRunner({
    refresh() {
      app.draws += 1;
    },
    async startInteraction(problem, pending) {
      interactions.push({ problem: problem.code, ...pending });
      await app.leavePage();
    },
    clock,
  });
  const passSeconds = async (seconds: number) => {
    for (let second = 0; second < seconds; second += 1) {
      for (const tick of [...ticks]) tick();
      await new Promise(setImmediate);
    }
  };
  return { actions, interactions, sleeps, passSeconds, app };
}

/** Creates the error of a failed request. */
export function createError(code: ProblemCode, more: Partial<Problem> = {}): ProblemError {
  return new ProblemError({ code, status: 0, correlationId: 'c', ...more });
}

/** Work that fails as often as given, and counts its runs. */
export function createWork(
  code: ProblemCode,
  failures = Number.POSITIVE_INFINITY,
  more: Partial<Problem> = {},
) {
  const work = {
    runs: 0,
    async run() {
      work.runs += 1;
      if (work.runs <= failures) throw createError(code, more);
    },
  };
  return work;
}

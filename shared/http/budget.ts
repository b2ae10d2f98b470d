import { Denial } from '../denial.ts';

/** Time for one request in all: its end aborts `signal`, and `within` answers for work that does not listen to it. */
export interface Budget {
  readonly signal: AbortSignal;
  within<T>(work: Promise<T>): Promise<T>;
  /** Gives the timer back; nothing outlives the request. */
  close(): void;
}

/** @param milliseconds how long everything behind the request may take together */
export function openBudget(milliseconds: number): Budget {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), milliseconds);
  return {
    signal: controller.signal,
    within: (work) => within(controller.signal, work),
    close: () => clearTimeout(timer),
  };
}

/** Waits for shared work no longer than the signal allows; the work itself goes on for the others who wait for it. @throws Denial `timeout` */
export async function within<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const giveUp = () => reject(new Denial('timeout', { facts: { check: 'budget' } }));
  if (signal.aborted) giveUp();
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

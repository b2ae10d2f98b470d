import { setTimeout as delay } from 'node:timers/promises';

/** How hooks wait; tests pass a clock that does not. */
export interface Clock {
  now(): number;
  /** Milliseconds. */
  sleep(time: number): Promise<void>;
}

export const realClock: Clock = { now: Date.now, sleep: (time) => delay(time) };

/** Asks every 5 s until there is an answer. @throws Error `late` after `limit` milliseconds */
export async function poll<T>(
  clock: Clock,
  limit: number,
  late: string,
  ask: () => Promise<T | undefined>,
): Promise<T> {
  const end = clock.now() + limit;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (clock.now() >= end) throw new Error(late);
    await clock.sleep(5_000);
  }
}

import { setTimeout as delay } from 'node:timers/promises';

/** A clock. Tests inject one that does not wait. */
export interface Clock {
  /** Returns the milliseconds since 1970. */
  now(): number;
  /** Waits for a number of milliseconds. */
  sleep(milliseconds: number): Promise<void>;
}

/** The clock of this machine. */
export const realClock: Clock = {
  now: Date.now,
  sleep: (milliseconds) => delay(milliseconds),
};

/** Options of {@link poll}. */
export interface PollOptions<T> {
  /** The clock for waiting. */
  readonly clock: Clock;
  /** Milliseconds until polling fails. */
  readonly timeout: number;
  /** Returns the message of the error after the timeout. */
  readonly timeoutMessage: () => string;
  /** Returns the value, or `undefined` if it does not exist yet. */
  readonly read: () => Promise<T | undefined>;
}

/** Milliseconds between two reads. */
const interval = 5_000;

/**
 * Reads a value every 5 seconds until it exists.
 * @throws {Error} with `timeoutMessage` after the timeout
 */
export async function poll<T>(options: PollOptions<T>): Promise<T> {
  const { clock, timeout, timeoutMessage, read } = options;
  const end = clock.now() + timeout;
  for (;;) {
    const value = await read();
    if (value !== undefined) return value;
    if (clock.now() >= end) throw new Error(timeoutMessage());
    await clock.sleep(interval);
  }
}

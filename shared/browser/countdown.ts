import { browserClock, type Clock } from './clock.ts';

/** Counts the seconds down until an action runs. */
export interface Countdown {
  /** The seconds that remain, or `undefined` if the countdown does not run. */
  readonly seconds: number | undefined;

  /** Counts down from this number of seconds, then runs the action. Restarts if it is running. */
  start(seconds: number, action: () => void): void;

  /** Stops without running the action. */
  stop(): void;
}

/**
 * Creates a countdown that does not run yet.
 *
 * @param refresh draws the remaining seconds. Called once per second
 *
 * @example
 * ```ts
 * const countdown = createCountdown(() => draw(countdown.seconds));
 * countdown.start(5, retry);
 * ```
 */
export function createCountdown(refresh: () => void, clock: Clock = browserClock): Countdown {
  let seconds: number | undefined;
  let stopTimer = () => {};

  function stop(): void {
    stopTimer();
    stopTimer = () => {};
    seconds = undefined;
  }

  return {
    get seconds() {
      return seconds;
    },
    start(from, action) {
      stop();
      seconds = from;
      stopTimer = clock.every(1_000, () => {
        if (seconds === undefined) return;
        seconds -= 1;
        if (seconds <= 0) {
          stop();
          action();
        }
        refresh();
      });
    },
    stop,
  };
}

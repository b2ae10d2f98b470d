/** Counts the seconds down until an action runs. */
export interface Countdown {
  /** The seconds that remain. `undefined` when the countdown does not run. */
  readonly seconds: number | undefined;
  /** Counts down from this number of seconds, then runs the action. Restarts when it is running. */
  start(seconds: number, action: () => void): void;
  /** Stops without running the action. */
  stop(): void;
}

/** Timers, which tests replace with their own. */
export interface Clock {
  /**
   * Calls `tick` repeatedly.
   * @returns a function that stops the timer
   */
  every(milliseconds: number, tick: () => void): () => void;
  /** Resolves after this time. */
  sleep(milliseconds: number): Promise<void>;
}

/** The timers of the browser. */
export const browserClock: Clock = {
  every(milliseconds, tick) {
    const timer = setInterval(tick, milliseconds);
    return () => clearInterval(timer);
  },
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

/**
 * Creates a countdown that does not run yet.
 * @param refresh draws the remaining seconds. Called once per second
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

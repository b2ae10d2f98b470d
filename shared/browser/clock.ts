/** Timers, which tests replace with their own. */
export interface Clock {
  /**
   * Calls `tick` repeatedly, with this many milliseconds between two calls.
   *
   * @returns a function that stops the timer
   */
  every(milliseconds: number, tick: () => void): () => void;

  /** Resolves after this many milliseconds. */
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

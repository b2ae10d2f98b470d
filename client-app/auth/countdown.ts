/** Seconds until something is done by itself. */
export interface Countdown {
  /** Undefined when nothing is waited for. */
  readonly seconds: number | undefined;
  start(seconds: number, work: () => void): void;
  stop(): void;
}

/** The browser's clock, replaced in tests. */
export interface Clock {
  every(milliseconds: number, tick: () => void): () => void;
  sleep(milliseconds: number): Promise<void>;
}

export const browserClock: Clock = {
  every(milliseconds, tick) {
    const timer = setInterval(tick, milliseconds);
    return () => clearInterval(timer);
  },
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

export function createCountdown(refresh: () => void, clock: Clock = browserClock): Countdown {
  let seconds: number | undefined;
  let cancel = () => {};
  const stop = () => {
    cancel();
    cancel = () => {};
    seconds = undefined;
  };
  return {
    get seconds() {
      return seconds;
    },
    start(from, work) {
      stop();
      seconds = from;
      cancel = clock.every(1_000, () => {
        if (seconds === undefined) return;
        seconds -= 1;
        if (seconds <= 0) {
          stop();
          work();
        }
        refresh();
      });
    },
    stop,
  };
}

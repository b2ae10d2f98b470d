/** A clock that a test controls. */
export interface TestClock {
  /** Returns the time in milliseconds since 1970. */
  readonly now: () => number;
  /** Moves the clock forward, or back when negative. */
  advance(milliseconds: number): void;
}

/** Creates a clock that starts at a time in milliseconds since 1970. */
export function createTestClock(start: number): TestClock {
  let time = start;
  return {
    now: () => time,
    advance(milliseconds) {
      time += milliseconds;
    },
  };
}

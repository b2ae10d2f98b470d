import type { ChainCall } from './chain-call.ts';

/** Shows one call step by step, like a film that can be paused. */
export interface Player {
  /** The call that is shown. `undefined` before the first call. */
  readonly call: ChainCall | undefined;
  /** The index of the latest visible step. */
  readonly step: number;
  /** Whether the next step appears by itself. */
  readonly playing: boolean;
  /** Plays a call from its first step. Without animation, it shows all steps at once. */
  play(call: ChainCall): void;
  /** Replaces the current call with a newer version, and plays the steps that it adds. */
  update(call: ChainCall): void;
  /** Stops at the latest visible step. */
  pause(): void;
  /** Continues, or starts again after the last step. */
  resume(): void;
  /** Pauses at a step. An index outside of the call becomes the nearest step. */
  goTo(step: number): void;
}

/** Milliseconds between two steps. */
export const stepDuration = 850;

/** Runs `work` after a delay in milliseconds, and returns a function that cancels it. */
type Schedule = (work: () => void, milliseconds: number) => () => void;

const scheduleByTimer: Schedule = (work, milliseconds) => {
  const timer = setTimeout(work, milliseconds);
  return () => clearTimeout(timer);
};

/**
 * Creates a player without a call.
 *
 * @param refresh Runs after each change.
 * @param isAnimated Whether steps appear one after another. False when users prefer reduced motion.
 * @param schedule Replaces the browser's timers in tests.
 */
export function createPlayer(
  refresh: () => void,
  isAnimated: () => boolean,
  schedule: Schedule = scheduleByTimer,
): Player {
  let call: ChainCall | undefined;
  let step = 0;
  /** Cancels the next step. Undefined while the player is paused. */
  let cancel: (() => void) | undefined;

  const lastStep = () => (call?.steps.length ?? 1) - 1;

  function pause(): void {
    cancel?.();
    cancel = undefined;
    refresh();
  }

  function advance(): void {
    cancel = undefined;
    if (step < lastStep()) step += 1;
    if (step < lastStep()) cancel = schedule(advance, stepDuration);
    refresh();
  }

  function resume(): void {
    cancel?.();
    if (step >= lastStep()) step = 0;
    cancel = schedule(advance, stepDuration);
    refresh();
  }

  return {
    get call() {
      return call;
    },
    get step() {
      return step;
    },
    get playing() {
      return cancel !== undefined;
    },
    play(next) {
      call = next;
      if (isAnimated()) {
        step = 0;
        resume();
      } else {
        step = lastStep();
        pause();
      }
    },
    update(next) {
      const wasAtEnd = cancel === undefined && step === lastStep();
      const hasMoreSteps = next.steps.length > (call?.steps.length ?? 0);
      call = next;
      if (!wasAtEnd || !hasMoreSteps) return;
      if (isAnimated()) resume();
      else step = lastStep();
    },
    pause,
    resume,
    goTo(to) {
      step = Math.max(0, Math.min(lastStep(), to));
      pause();
    },
  };
}

import type { ChainCall } from './chain.ts';

/** Shows one call step by step, like a film that can be stopped. */
export interface Player {
  readonly call: ChainCall | undefined;
  /** The step that is shown last; the last one when the call is told to its end. */
  readonly step: number;
  readonly playing: boolean;
  /** Tells a call from the beginning, or at once for people who want no movement. */
  play(call: ChainCall): void;
  /** The call as it is known now: more may have become known of it. */
  update(call: ChainCall): void;
  pause(): void;
  resume(): void;
  go(step: number): void;
}

/** Milliseconds for a step. */
export const stepTime = 850;

export function createPlayer(
  refresh: () => void,
  moves: () => boolean,
  later: (work: () => void, milliseconds: number) => () => void = (work, milliseconds) => {
    const timer = setTimeout(work, milliseconds);
    return () => clearTimeout(timer);
  },
): Player {
  let call: ChainCall | undefined;
  let step = 0;
  let cancel: (() => void) | undefined;
  const last = () => (call?.steps.length ?? 1) - 1;
  const pause = () => {
    cancel?.();
    cancel = undefined;
    refresh();
  };
  const tick = () => {
    cancel = undefined;
    if (step < last()) step += 1;
    if (step < last()) cancel = later(tick, stepTime);
    refresh();
  };
  const resume = () => {
    cancel?.();
    if (step >= last()) step = 0;
    cancel = later(tick, stepTime);
    refresh();
  };
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
      step = moves() ? 0 : last();
      if (moves()) resume();
      else pause();
    },
    update(next) {
      const ended = cancel === undefined && step === last();
      const more = next.steps.length > (call?.steps.length ?? 0);
      call = next;
      if (ended && more) {
        if (moves()) resume();
        else step = last();
      }
    },
    pause,
    resume,
    go(to) {
      step = Math.max(0, Math.min(last(), to));
      pause();
    },
  };
}

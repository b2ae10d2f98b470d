import { expect, test } from '@jest/globals';
import type { ChainCall, Step } from '../../../../client-app/chain/chain-call.ts';
import { createPlayer } from '../../../../client-app/chain/player.ts';

const step: Step = {
  from: 'client',
  to: 'original',
  cargo: ['a'],
  outcome: 'passed',
  title: 'A step',
  facts: [],
};

const callWithSteps = (count: number): ChainCall => ({
  id: 'c',
  operation: 'GET x',
  startedAt: 0,
  duration: 1,
  status: 200,
  requestCount: 1,
  steps: Array.from({ length: count }, () => step),
  stop: undefined,
});

/** A player whose timer fires when the test calls `passTime`. */
function createTestPlayer({ animated = true } = {}) {
  let scheduled: (() => void) | undefined;
  const player = createPlayer(
    () => {},
    () => animated,
    (work) => {
      scheduled = work;
      return () => {
        scheduled = undefined;
      };
    },
  );
  return { player, passTime: () => scheduled?.() };
}

test('plays a call step by step and stops at the last step', () => {
  const { player, passTime } = createTestPlayer();
  player.play(callWithSteps(3));
  expect(player).toMatchObject({ step: 0, playing: true });
  passTime();
  expect(player).toMatchObject({ step: 1, playing: true });
  passTime();
  expect(player).toMatchObject({ step: 2, playing: false });
});

test('shows all steps at once without animation', () => {
  const { player } = createTestPlayer({ animated: false });
  player.play(callWithSteps(3));
  expect(player).toMatchObject({ step: 2, playing: false });
});

test('stays at its step while it is paused', () => {
  const { player, passTime } = createTestPlayer();
  player.play(callWithSteps(3));
  player.pause();
  passTime();
  expect(player).toMatchObject({ step: 0, playing: false });
});

test.each([
  { index: 99, step: 2 },
  { index: 1, step: 1 },
  { index: -1, step: 0 },
])('goes to step $step for index $index of a call with 3 steps', ({ index, step }) => {
  const { player } = createTestPlayer();
  player.play(callWithSteps(3));
  player.goTo(index);
  expect(player.step).toBe(step);
});

test('plays again from the first step after the last one', () => {
  const { player } = createTestPlayer();
  player.play(callWithSteps(3));
  player.goTo(2);
  player.resume();
  expect(player).toMatchObject({ step: 0, playing: true });
});

test('shows the new steps of a call that it has shown to its end', () => {
  const { player } = createTestPlayer({ animated: false });
  player.play(callWithSteps(2));
  player.update(callWithSteps(4));
  expect(player.step).toBe(3);
});

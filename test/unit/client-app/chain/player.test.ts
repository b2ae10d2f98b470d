import { expect, test } from '@jest/globals';
import type { ChainCall, Step } from '../../../../client-app/chain/chain.ts';
import { createPlayer } from '../../../../client-app/chain/player.ts';

const step: Step = {
  from: 'client',
  to: 'original',
  cargo: ['a'],
  outcome: 'passed',
  title: 'A',
  facts: [],
};
const callOf = (steps: number): ChainCall => ({
  id: 'c',
  operation: 'GET x',
  at: 0,
  took: 1,
  status: 200,
  requests: 1,
  steps: Array.from({ length: steps }, () => step),
  stop: undefined,
});

function open(moves = true) {
  let due: (() => void) | undefined;
  const player = createPlayer(
    () => {},
    () => moves,
    (work) => {
      due = work;
      return () => {
        due = undefined;
      };
    },
  );
  return { player, tick: () => due?.() };
}

test('tells a call step by step and ends', () => {
  const { player, tick } = open();
  player.play(callOf(3));
  expect([player.step, player.playing]).toEqual([0, true]);
  tick();
  expect([player.step, player.playing]).toEqual([1, true]);
  tick();
  expect([player.step, player.playing]).toEqual([2, false]);
});

test('shows the end at once to people who want no movement', () => {
  const { player } = open(false);
  player.play(callOf(3));
  expect([player.step, player.playing]).toEqual([2, false]);
});

test('can be stopped, moved by hand within the call, and played again', () => {
  const { player, tick } = open();
  player.play(callOf(3));
  player.pause();
  tick();
  expect([player.step, player.playing]).toEqual([0, false]);
  player.go(99);
  expect(player.step).toBe(2);
  player.go(-1);
  expect(player.step).toBe(0);
  player.go(2);
  player.resume();
  expect([player.step, player.playing]).toEqual([0, true]);
});

test('goes on when more becomes known of a call that was told to its end', () => {
  const { player, tick } = open(false);
  player.play(callOf(2));
  player.update(callOf(4));
  expect(player.step).toBe(3);
  tick();
});

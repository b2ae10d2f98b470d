import { describe, expect, test } from '@jest/globals';
import type { Step } from '../../../../client-app/chain/chain-call.ts';
import { layOut, narrow, wide } from '../../../../client-app/chain/layout.ts';

const createStep = (from: Step['from'], to: Step['to']): Step => ({
  from,
  to,
  cargo: ['a'],
  outcome: 'passed',
  title: 'A step',
  facts: [],
});

const steps = [
  createStep('client', 'original'),
  createStep('original', 'original'),
  createStep('original', 'entra'),
  createStep('entra', 'original'),
  createStep('original', 'downstream'),
  createStep('downstream', 'original'),
  createStep('original', 'graph'),
  createStep('graph', 'original'),
  createStep('original', 'client'),
];

describe.each([
  { name: 'wide', layout: wide },
  { name: 'narrow', layout: narrow },
])('the $name layout', ({ layout }) => {
  const arrows = layOut(steps, layout);
  const drawn = arrows.filter((arrow) => arrow !== undefined);

  test('has an arrow for each step between two places', () => {
    expect(drawn).toHaveLength(8);
    expect(arrows[1]).toBeUndefined();
  });

  test('keeps every arrow inside of the picture', () => {
    for (const { x, y } of drawn.flatMap(({ from, to, middle }) => [from, to, middle])) {
      expect(x).toBeGreaterThan(0);
      expect(x).toBeLessThan(layout.width);
      expect(y).toBeGreaterThan(0);
      expect(y).toBeLessThan(layout.height);
    }
  });

  test('keeps arrows that connect the same places apart', () => {
    const middles = drawn.map(({ middle }) => `${Math.round(middle.x)} ${Math.round(middle.y)}`);
    expect(new Set(middles).size).toBe(middles.length);
  });
});

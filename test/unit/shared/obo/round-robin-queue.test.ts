import { describe, expect, test } from '@jest/globals';
import { createRoundRobinQueue } from '../../../../shared/obo/round-robin-queue.ts';

const anyMember = () => true;

/** Creates a queue with three items of alice, then one of bob. */
function setUpQueue() {
  const queue = createRoundRobinQueue<string>();
  for (const item of ['a1', 'a2', 'a3']) queue.add('alice', item);
  queue.add('bob', 'b1');
  return queue;
}

describe('a round-robin queue', () => {
  test('gives each member a turn', () => {
    const queue = setUpQueue();
    const taken = Array.from({ length: 5 }, () => queue.take(anyMember));
    expect(taken).toEqual(['a1', 'b1', 'a2', 'a3', undefined]);
  });

  test('skips a member that may not have a turn, who keeps the place', () => {
    const queue = setUpQueue();
    queue.add('carol', 'c1');
    expect(queue.take((member) => member !== 'alice')).toBe('b1');
    expect(queue.take(anyMember)).toBe('a1');
    expect(queue.take(anyMember)).toBe('c1');
  });

  test('returns nothing if no member may have a turn', () => {
    const queue = setUpQueue();
    expect(queue.take(() => false)).toBeUndefined();
    expect(queue.size).toBe(4);
  });

  test('removes an item from any place', () => {
    const queue = setUpQueue();
    queue.remove('alice', 'a2');
    queue.remove('bob', 'b1');
    expect(Array.from({ length: 3 }, () => queue.take(anyMember))).toEqual(['a1', 'a3', undefined]);
  });

  test('ignores the removal of an item that is not there', () => {
    const queue = setUpQueue();
    queue.remove('alice', 'b1');
    queue.remove('carol', 'c1');
    expect(queue.size).toBe(4);
  });

  test('counts the items in all and by member', () => {
    const queue = setUpQueue();
    queue.take(anyMember);
    queue.remove('alice', 'a3');
    expect([queue.size, queue.countOf('alice'), queue.countOf('bob')]).toEqual([2, 1, 1]);
    expect(queue.countOf('carol')).toBe(0);
  });
});

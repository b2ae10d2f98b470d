/** A queue in which members take turns. The items of one member are first in, first out. */
export interface RoundRobinQueue<T> {
  /** How many items wait. */
  readonly size: number;
  /** Returns how many items of a member wait. */
  countOf(member: string): number;
  /** Adds an item of a member. A member without waiting items joins at the end of the round. */
  add(member: string, item: T): void;
  /** Removes an item. Does nothing if it is not in the queue. */
  remove(member: string, item: T): void;
  /**
   * Removes and returns the next item. Its member then goes to the end of the round.
   *
   * @param mayTake whether the member may have a turn now. Others keep their place in the round.
   * @returns `undefined` if no member with a waiting item may have a turn
   */
  take(mayTake: (member: string) => boolean): T | undefined;
}

/**
 * Creates an empty queue. One member with many items delays another member by one item at most.
 *
 * @example
 * const queue = createRoundRobinQueue<string>();
 * queue.add('alice', 'a1');
 * queue.add('alice', 'a2');
 * queue.add('bob', 'b1');
 * queue.take(() => true); // 'a1', then 'b1', then 'a2'
 */
export function createRoundRobinQueue<T>(): RoundRobinQueue<T> {
  /** The waiting items by member, in the order of the round. Each list has at least one item. */
  const waiting = new Map<string, readonly T[]>();
  let size = 0;

  return {
    get size() {
      return size;
    },

    countOf(member) {
      return waiting.get(member)?.length ?? 0;
    },

    add(member, item) {
      waiting.set(member, [...(waiting.get(member) ?? []), item]);
      size += 1;
    },

    remove(member, item) {
      const items = waiting.get(member);
      if (!items?.includes(item)) return;
      size -= 1;
      if (items.length === 1) waiting.delete(member);
      else
        waiting.set(
          member,
          items.filter((other) => other !== item),
        );
    },

    take(mayTake) {
      for (const [member, [item, ...rest]] of waiting) {
        if (!mayTake(member)) continue;
        waiting.delete(member);
        if (rest.length > 0) waiting.set(member, rest);
        size -= 1;
        return item;
      }
      return undefined;
    },
  };
}

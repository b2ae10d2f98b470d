/** The limits of a bulkhead. */
export type BulkheadOptions = {
  /** How many operations run at a time. */
  readonly maxConcurrent: number;
  /** How many operations of one user run at a time. */
  readonly maxConcurrentPerUser: number;
  /** How many operations wait in the queue. Beyond that, new ones are rejected. */
  readonly maxQueued: number;
  /** Milliseconds that an operation may wait in the queue. After that it is rejected. */
  readonly maxQueueTime: number;
  /** The current time in milliseconds since 1970. */
  readonly now: () => number;
};

/** Limits how many operations run at a time, in total and per user. */
export interface Bulkhead {
  /**
   * Waits for a slot. Every caller that gets one must call `release` when its operation has ended.
   *
   * @returns `false` without a slot if the queue is full or the wait took too long
   */
  acquire(user: string): Promise<boolean>;
  /** Returns a slot. The next operation that may run takes it at once. */
  release(user: string): void;
}

/**
 * Creates a bulkhead
 * (https://learn.microsoft.com/azure/architecture/patterns/bulkhead): a limit on concurrent
 * operations with a queue. The queue is first in, first out. It skips the operations of a user who
 * already has `maxConcurrentPerUser` running.
 *
 * @example
 * const bulkhead = createBulkhead({
 *   maxConcurrent: 20,
 *   maxConcurrentPerUser: 5,
 *   maxQueued: 500,
 *   maxQueueTime: 4_000,
 *   now: Date.now,
 * });
 * if (!(await bulkhead.acquire(user))) throw new Error('too busy');
 * try {
 *   await work();
 * } finally {
 *   bulkhead.release(user);
 * }
 */
export function createBulkhead({
  maxConcurrent,
  maxConcurrentPerUser,
  maxQueued,
  maxQueueTime,
  now,
}: BulkheadOptions): Bulkhead {
  /** The users of the running operations, one entry for each operation. */
  const running: string[] = [];
  const queue: { readonly user: string; readonly start: () => void }[] = [];

  function mayStart(user: string): boolean {
    if (running.length >= maxConcurrent) return false;
    return running.filter((other) => other === user).length < maxConcurrentPerUser;
  }

  function release(user: string): void {
    running.splice(running.indexOf(user), 1);
    const index = queue.findIndex((operation) => mayStart(operation.user));
    const [next] = index === -1 ? [] : queue.splice(index, 1);
    if (!next) return;
    // Takes the slot before the operation resumes, so that no other caller can take it.
    running.push(next.user);
    next.start();
  }

  return {
    async acquire(user) {
      const queuedAt = now();
      if (mayStart(user)) running.push(user);
      else if (queue.length >= maxQueued) return false;
      else await new Promise<void>((start) => queue.push({ user, start }));
      if (now() - queuedAt <= maxQueueTime) return true;
      release(user);
      return false;
    },

    release,
  };
}

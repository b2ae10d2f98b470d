import { createRoundRobinQueue, type RoundRobinQueue } from './round-robin-queue.ts';
import type { Suspicion } from './user-history.ts';

/** The limits of a bulkhead. */
export type BulkheadOptions = {
  /** How many operations run at a time. */
  readonly maxConcurrent: number;
  /** How many operations of one tenant run at a time, unless the tenant has a long queue. */
  readonly maxConcurrentPerTenant: number;
  /**
   * How many operations may run in total while a tenant with a long queue exceeds
   * `maxConcurrentPerTenant`. The remaining slots of `maxConcurrent` are for the other tenants.
   */
  readonly maxConcurrentElastic: number;
  /** How many operations of one user run at a time. */
  readonly maxConcurrentPerUser: number;
  /**
   * For each suspicion, the share of a tenant's slots that users of this suspicion or a higher one
   * may take, from 0 to 1.
   */
  readonly shares: Readonly<Record<Suspicion, number>>;
  /** How many operations one slot serves within `maxQueueTime`. A longer queue gets more slots. */
  readonly operationsPerSlot: number;
  /** How many operations of one tenant wait in the queue. Beyond that, new ones are rejected. */
  readonly maxQueued: number;
  /** How many operations of one user wait in the queue. Beyond that, new ones are rejected. */
  readonly maxQueuedPerUser: number;
  /** Milliseconds that an operation may wait in the queue. After that it is rejected. */
  readonly maxQueueTime: number;
  /** The current time in milliseconds since 1970. */
  readonly now: () => number;
};

/** The user of an operation. */
export type BulkheadUser = {
  /** The user's tenant. */
  readonly tenantId: string;
  /** The user's id in the tenant. */
  readonly objectId: string;
};

/** Whether an operation got a slot, or why it did not. */
export type Admission = 'admitted' | 'queue-full' | 'waited-too-long';

/** Limits how many operations run at a time: in total, per tenant and per user. */
export interface Bulkhead {
  /**
   * Waits for a slot. A caller that is admitted must call `release` when its operation has ended.
   *
   * @param suspicion an operation starts only if no operation of its tenant with a lower suspicion
   * can start
   */
  acquire(user: BulkheadUser, suspicion: Suspicion): Promise<Admission>;
  /** Returns a slot, with the arguments of `acquire`. The next operation takes it at once. */
  release(user: BulkheadUser, suspicion: Suspicion): void;
}

/** An operation in the queue. */
type Operation = {
  readonly user: BulkheadUser;
  readonly suspicion: Suspicion;
  /** When it was queued: milliseconds since 1970. */
  readonly queuedAt: number;
  /** Ends the wait. */
  readonly end: (admission: Admission) => void;
};

/** The operations of one tenant. */
type Tenant = {
  /** How many run. */
  running: number;
  /** How many run, by suspicion. */
  readonly runningBySuspicion: Record<Suspicion, number>;
  /** How many run, by user. */
  readonly runningByUser: Map<string, number>;
  /** All that wait, in the order of their arrival. */
  readonly waiting: Set<Operation>;
  /** The same operations by suspicion, then by user. */
  readonly queues: Readonly<Record<Suspicion, RoundRobinQueue<Operation>>>;
  /** How many may run, for the current length of the queue. */
  slots: number;
};

/**
 * Creates a bulkhead
 * (https://learn.microsoft.com/azure/architecture/patterns/bulkhead): a limit on concurrent
 * operations with a queue. Tenants take turns, and so do the users of a tenant. A tenant or a user
 * with many operations therefore does not delay the others.
 *
 * @example
 * const bulkhead = createBulkhead(limits);
 * if ((await bulkhead.acquire(user, 0)) !== 'admitted') throw new Error('too busy');
 * try {
 *   await work();
 * } finally {
 *   bulkhead.release(user, 0);
 * }
 */
export function createBulkhead({
  maxConcurrent,
  maxConcurrentPerTenant,
  maxConcurrentElastic,
  maxConcurrentPerUser,
  shares,
  operationsPerSlot,
  maxQueued,
  maxQueuedPerUser,
  maxQueueTime,
  now,
}: BulkheadOptions): Bulkhead {
  /** The tenants with operations, in the order of their turns. */
  const tenants = new Map<string, Tenant>();
  let running = 0;

  function tenantOf({ tenantId }: BulkheadUser): Tenant {
    const known = tenants.get(tenantId);
    if (known) return known;
    const tenant: Tenant = {
      running: 0,
      runningBySuspicion: { 0: 0, 1: 0, 2: 0 },
      runningByUser: new Map(),
      waiting: new Set(),
      queues: {
        0: createRoundRobinQueue(),
        1: createRoundRobinQueue(),
        2: createRoundRobinQueue(),
      },
      slots: maxConcurrentPerTenant,
    };
    tenants.set(tenantId, tenant);
    return tenant;
  }

  /** Gives a tenant more slots for a long queue. It keeps them until the queue is empty. */
  function updateSlots(tenant: Tenant): void {
    const queued = tenant.queues[0].size + tenant.queues[1].size;
    const needed = Math.ceil((tenant.running + queued) / operationsPerSlot);
    tenant.slots = Math.max(queued > 0 ? tenant.slots : maxConcurrentPerTenant, needed);
  }

  /** Returns whether the tenant has a free slot for an operation with this suspicion. */
  function hasFreeSlot(tenant: Tenant, suspicion: Suspicion): boolean {
    const slots = running < maxConcurrentElastic ? tenant.slots : maxConcurrentPerTenant;
    if (tenant.running >= slots) return false;
    const { 1: rejected, 2: failing } = tenant.runningBySuspicion;
    const suspects = { 0: tenant.running, 1: rejected + failing, 2: failing }[suspicion];
    return suspects < slots * shares[suspicion];
  }

  /** Rejects the operations that have waited too long. The set is in the order of arrival. */
  function rejectExpired(tenant: Tenant): void {
    for (const operation of tenant.waiting) {
      if (now() - operation.queuedAt <= maxQueueTime) return;
      tenant.waiting.delete(operation);
      tenant.queues[operation.suspicion].remove(operation.user.objectId, operation);
      operation.end('waited-too-long');
    }
  }

  /** Starts the tenant's next operation. Returns whether there was one that may start. */
  function startNext(tenant: Tenant): boolean {
    const mayStart = (objectId: string) =>
      (tenant.runningByUser.get(objectId) ?? 0) < maxConcurrentPerUser;
    const takeOf = (suspicion: Suspicion) =>
      hasFreeSlot(tenant, suspicion) ? tenant.queues[suspicion].take(mayStart) : undefined;
    const operation = takeOf(0) ?? takeOf(1) ?? takeOf(2);
    if (!operation) return false;
    tenant.waiting.delete(operation);
    count(tenant, operation.user, operation.suspicion, 1);
    operation.end('admitted');
    return true;
  }

  function count(
    tenant: Tenant,
    { objectId }: BulkheadUser,
    suspicion: Suspicion,
    change: 1 | -1,
  ): void {
    running += change;
    tenant.running += change;
    tenant.runningBySuspicion[suspicion] += change;
    const ofUser = (tenant.runningByUser.get(objectId) ?? 0) + change;
    if (ofUser === 0) tenant.runningByUser.delete(objectId);
    else tenant.runningByUser.set(objectId, ofUser);
  }

  /** Starts the first operation that may start. Returns whether there was one. */
  function startFirst(): boolean {
    if (running >= maxConcurrent) return false;
    for (const [tenantId, tenant] of tenants) {
      if (!startNext(tenant)) continue;
      // The tenant has had its turn.
      tenants.delete(tenantId);
      tenants.set(tenantId, tenant);
      return true;
    }
    return false;
  }

  /** Starts all operations that may start. */
  function dispatch(): void {
    for (const [tenantId, tenant] of tenants) {
      rejectExpired(tenant);
      updateSlots(tenant);
      if (tenant.running === 0 && tenant.waiting.size === 0) tenants.delete(tenantId);
    }
    let hasStarted = true;
    while (hasStarted) hasStarted = startFirst();
  }

  return {
    async acquire(user, suspicion) {
      const tenant = tenantOf(user);
      rejectExpired(tenant);
      const queue = tenant.queues[suspicion];
      const isQueueFull = tenant.waiting.size >= maxQueued;
      if (isQueueFull || queue.countOf(user.objectId) >= maxQueuedPerUser) return 'queue-full';
      const { promise, resolve: end } = Promise.withResolvers<Admission>();
      const operation: Operation = { user, suspicion, queuedAt: now(), end };
      tenant.waiting.add(operation);
      queue.add(user.objectId, operation);
      dispatch();
      return promise;
    },

    release(user, suspicion) {
      count(tenantOf(user), user, suspicion, -1);
      dispatch();
    },
  };
}

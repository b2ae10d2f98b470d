import { setImmediate as settle } from 'node:timers/promises';
import { type Refusal, TokenEndpointRefusal } from '../../../../shared/obo/network.ts';
import { createTokenEndpointGuard } from '../../../../shared/obo/token-endpoint-guard.ts';

/** How the simulated token endpoint responds to one request. */
export type Behaviour = {
  /** Milliseconds until the response, or until the request fails. */
  readonly after: number;
  /** Why the endpoint issues no token. Absent if it issues one. */
  readonly refusal?: Refusal;
};

/** One request of one user, from its start to its outcome. All times are in milliseconds. */
export type SimulatedRequest = {
  readonly tenantId: string;
  readonly objectId: string;
  /** When the user asked for a token. */
  readonly askedAt: number;
  /** When the request went out to the endpoint. Absent if the guard rejected it. */
  sentAt?: number;
  /** When the user had the outcome. */
  endedAt?: number;
  /** Why there is no token. Absent after a success. */
  refusal?: Refusal;
};

/** Creates random numbers from 0 up to but not including 1, the same ones for the same seed. */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    // Mulberry32 (https://gist.github.com/tommyettinger/46a874533244883189143505d203312c).
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Simulates many users and one guard on a clock of its own. */
export interface Simulation {
  /** Runs a step at a time of the simulation, in milliseconds. */
  at(time: number, step: () => void): void;
  /** Lets a user ask for a token now. */
  ask(tenantId: string, objectId: string): void;
  /** Runs all steps up to this time. */
  runUntil(time: number): Promise<void>;
  /** Every request that was asked for, in order. */
  readonly requests: readonly SimulatedRequest[];
  /** The current time of the simulation. */
  now(): number;
}

/**
 * Creates a simulation.
 *
 * @param respond how the endpoint responds to this user now
 */
export function createSimulation(
  respond: (tenantId: string, objectId: string, now: number) => Behaviour,
): Simulation {
  const random = createRandom(1);
  let now = 0;
  const start = Date.UTC(2026, 10, 22);
  /** The steps to come. The next one is the last. */
  const steps: { readonly time: number; readonly step: () => void }[] = [];
  const requests: SimulatedRequest[] = [];
  const guard = createTokenEndpointGuard({ now: () => start + now, random });

  function at(time: number, step: () => void): void {
    // Steps of the same time run in the order in which they were added.
    let low = 0;
    let high = steps.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((steps[middle]?.time ?? 0) > time) low = middle + 1;
      else high = middle;
    }
    steps.splice(low, 0, { time, step });
  }

  function send(request: SimulatedRequest): Promise<string> {
    request.sentAt = now;
    const { after, refusal } = respond(request.tenantId, request.objectId, now);
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    at(now + after, () => (refusal ? reject(new TokenEndpointRefusal(refusal)) : resolve('token')));
    return promise;
  }

  async function run(request: SimulatedRequest): Promise<void> {
    try {
      await guard(request, () => send(request));
    } catch (error) {
      if (!(error instanceof TokenEndpointRefusal)) throw error;
      request.refusal = error.refusal;
    }
    request.endedAt = now;
  }

  return {
    at,
    ask(tenantId, objectId) {
      const request = { tenantId, objectId, askedAt: now };
      requests.push(request);
      void run(request);
    },
    async runUntil(end) {
      while ((steps.at(-1)?.time ?? Number.POSITIVE_INFINITY) <= end) {
        const next = steps.pop();
        now = next?.time ?? now;
        next?.step();
        await settle();
      }
      now = end;
    },
    requests,
    now: () => now,
  };
}

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Rounds before those that count. Their results are dropped, because the engine still compiles. */
export const warmUpRounds = 10;

/** How much work a comparison does. */
export interface CompareOptions {
  /** How many rounds count. */
  readonly rounds?: number;
  /** How many units of work one run of a contestant does. */
  readonly units?: number;
}

/**
 * Runs each contestant once per round. The order rotates, so that a busy machine slows down all of
 * them alike. What counts is the CPU time of all threads, because elapsed time depends on other
 * processes.
 *
 * @returns For each contestant, the microseconds of CPU time per unit in each round.
 */
export async function compare<Name extends string>(
  contestants: Readonly<Record<Name, () => unknown>>,
  { rounds = 15, units = 1 }: CompareOptions = {},
): Promise<Record<Name, number[]>> {
  const names = Object.keys(contestants) as Name[];
  const results = Object.fromEntries(names.map((name) => [name, [] as number[]]));
  for (let round = 0; round < warmUpRounds + rounds; round += 1) {
    for (let index = 0; index < names.length; index += 1) {
      const name = names[(index + round) % names.length] as Name;
      const before = process.cpuUsage();
      await contestants[name]();
      const { user, system } = process.cpuUsage(before);
      if (round >= warmUpRounds) results[name]?.push((user + system) / units);
    }
  }
  return results as Record<Name, number[]>;
}

/** The median of the values. 0 without values. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
  const upper = sorted[Math.ceil((sorted.length - 1) / 2)] ?? 0;
  return (lower + upper) / 2;
}

/** The median of the ratios of two contestants, round by round. */
export const medianRatio = (results: readonly number[], base: readonly number[]): number =>
  median(results.map((value, round) => value / (base[round] ?? Number.NaN)));

/** Collects all garbage and returns the bytes that the heap still uses. */
export function measureHeap(): number {
  // One collection can make further objects collectable.
  for (let round = 0; round < 3; round += 1) collectGarbage();
  return process.memoryUsage().heapUsed;
}

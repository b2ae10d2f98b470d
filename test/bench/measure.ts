import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** One line of the table: what was measured here, what the peers do with the same, and the goal of handbook 7. */
export interface Row {
  readonly what: string;
  readonly ours: string;
  readonly peers?: string;
  readonly goal?: string;
  readonly met?: boolean;
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return (
    ((sorted[Math.floor((sorted.length - 1) / 2)] ?? 0) +
      (sorted[Math.ceil((sorted.length - 1) / 2)] ?? 0)) /
    2
  );
};

/** Rounds that do not count: until then the engine is busy compiling. */
const warmUp = 10;

/**
 * Runs each contestant once per round, in another order each round, so that a busy machine is equally unkind to all. What counts is
 * processor time, of all threads: on a shared machine the clock on the wall measures the neighbours.
 * @returns for each what every round took, in microseconds per unit (`units` of them per run), after the rounds that warm up
 */
export async function compare<Name extends string>(
  contestants: Readonly<Record<Name, () => unknown>>,
  { rounds = 15, units = 1 }: { rounds?: number; units?: number } = {},
): Promise<Record<Name, number[]>> {
  const names = Object.keys(contestants) as Name[];
  const taken = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<
    Name,
    number[]
  >;
  for (let round = -warmUp; round < rounds; round += 1) {
    for (let index = 0; index < names.length; index += 1) {
      const name = names[(index + round + warmUp) % names.length] as Name;
      const began = process.cpuUsage();
      await contestants[name]();
      const { user, system } = process.cpuUsage(began);
      if (round >= 0) taken[name].push((user + system) / units);
    }
  }
  return taken;
}

/** How many times `base` something took, round by round, and of those the median. */
export const ratioOf = (taken: readonly number[], base: readonly number[]): number =>
  median(taken.map((value, round) => value / (base[round] ?? Number.NaN)));

/** Bytes on the heap once all garbage is gone. */
export function heapUsed(): number {
  for (let round = 0; round < 3; round += 1) collect();
  return process.memoryUsage().heapUsed;
}

export const times = (ratio: number): string =>
  `${ratio < 10 ? ratio.toFixed(2) : ratio.toFixed(0)} ×`;

export const microseconds = (value: number): string =>
  value >= 10_000
    ? `${(value / 1_000).toFixed(0)} ms`
    : value >= 100
      ? `${value.toFixed(0)} µs`
      : `${value.toFixed(1)} µs`;

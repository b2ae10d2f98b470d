import { spawnSync } from 'node:child_process';

/** Mebibytes by which the resident memory of each process has grown. */
export interface MemoryGrowth {
  /** The largest growth at any measurement. */
  readonly most: readonly number[];
  /** The growth at the last measurement. */
  readonly end: readonly number[];
}

/** Measures the memory of processes, relative to their memory at the time of the call. */
export function watchMemory(pids: readonly number[]) {
  const before = pids.map(measureResident);
  let most = pids.map(() => 0);
  let end = most;
  return {
    measure(): MemoryGrowth {
      end = pids.map((pid, index) => Math.round(measureResident(pid) - (before[index] ?? 0)));
      most = end.map((growth, index) => Math.max(growth, most[index] ?? 0));
      return { most, end };
    },
  };
}

/** Returns the resident memory of a process in mebibytes. */
function measureResident(pid: number): number {
  const { stdout } = spawnSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' });
  const kibibytes = Number(stdout);
  return kibibytes / 1_024;
}

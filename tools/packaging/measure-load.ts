import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Api, artefactFolder } from './apis.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const probe = fileURLToPath(new URL('./load-probe.ts', import.meta.url));
const rounds = 15;
const beginMark = '/load-begins';
const endMark = '/load-ends';

/** The cost of loading an app. */
export interface LoadCost {
  /** The median over new processes, from an empty worker to all routes registered. */
  readonly milliseconds: number;
  /** The number of files opened during the load, or `undefined` if strace is not installed. */
  readonly opens: number | undefined;
}

/**
 * Measures in alternating rounds how long the bundle and the unbundled app (the output of tsc with
 * node_modules) take to load. Both must have been built.
 */
export function measureLoad(api: Api): {
  readonly bundled: LoadCost;
  readonly unbundled: LoadCost;
} {
  const bundledEntry = join(artefactFolder(api), 'functions.js');
  const unbundledEntry = join(root, 'dist', api, 'functions.js');
  const bundledTimes: number[] = [];
  const unbundledTimes: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    bundledTimes.push(timeLoad(bundledEntry));
    unbundledTimes.push(timeLoad(unbundledEntry));
  }
  return {
    bundled: { milliseconds: median(bundledTimes), opens: countOpens(bundledEntry) },
    unbundled: { milliseconds: median(unbundledTimes), opens: countOpens(unbundledEntry) },
  };
}

function timeLoad(entry: string): number {
  return Number(run(process.execPath, [probe, entry]));
}

function countOpens(entry: string): number | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'opens-'));
  const traceFile = join(folder, 'calls');
  const strace = ['-f', '-e', 'trace=open,openat', '-o', traceFile];
  try {
    run('strace', [...strace, process.execPath, probe, entry, beginMark, endMark]);
    const calls = readFileSync(traceFile, 'utf8').split('\n');
    const indexOf = (mark: string) => calls.findIndex((call) => call.includes(`"${mark}"`));
    const duringLoad = calls.slice(indexOf(beginMark), indexOf(endMark));
    const succeeded = duringLoad.filter((call) => /= \d+$/.test(call));
    return succeeded.length;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * Runs a program with the settings that an app needs to load.
 * @returns what the program printed on stdout
 */
function run(program: string, args: readonly string[]): string {
  const { Values: settings } = JSON.parse(
    readFileSync(join(root, 'local.settings.example.json'), 'utf8'),
  );
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    env: { PATH: process.env.PATH, ...settings },
    encoding: 'utf8',
  });
  if (error) throw error;
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

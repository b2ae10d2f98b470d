import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Api, artefactOf } from './package-api.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const probe = fileURLToPath(new URL('./load-probe.ts', import.meta.url));
const rounds = 15;
const marks = ['/load-begins', '/load-ends'] as const;

export interface Load {
  /** Median of fresh processes, from an empty worker to all routes registered. */
  readonly milliseconds: number;
  /** Files opened meanwhile; `undefined` where there is no strace to count them. */
  readonly opens: number | undefined;
}

/** How long the bundle and the unbundled app (tsc's output and node_modules) take to load, in turns. Both must have been built. */
export function measureLoad(api: Api): { readonly bundled: Load; readonly unbundled: Load } {
  const bundle = join(artefactOf(api), 'functions.js');
  const modules = join(root, 'dist', api, 'functions.js');
  const times: Record<string, number[]> = { [bundle]: [], [modules]: [] };
  for (let round = 0; round < rounds; round += 1) {
    for (const entry of [bundle, modules])
      times[entry]?.push(Number(run(process.execPath, [probe, entry])));
  }
  const load = (entry: string) => ({
    milliseconds: median(times[entry] ?? []),
    opens: countOpens(entry),
  });
  return { bundled: load(bundle), unbundled: load(modules) };
}

function countOpens(entry: string): number | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'opens-'));
  const list = join(folder, 'calls');
  try {
    run('strace', [
      '-f',
      '-e',
      'trace=open,openat',
      '-o',
      list,
      process.execPath,
      probe,
      entry,
      ...marks,
    ]);
    const calls = readFileSync(list, 'utf8').split('\n');
    const [begin, end] = marks.map((mark) => calls.findIndex((call) => call.includes(`"${mark}"`)));
    return calls.slice(begin, end).filter((call) => /= \d+$/.test(call)).length;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs a program with the settings that an app needs to load, and gives what it printed. */
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

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

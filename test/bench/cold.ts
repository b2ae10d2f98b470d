import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from '../../tools/build.ts';
import { apis } from '../../tools/packaging/apis.ts';
import { measureLoad } from '../../tools/packaging/measure-load.ts';
import { packageApis } from '../../tools/packaging/package-api.ts';
import { median, type Row, times } from './measure.ts';

const child = fileURLToPath(new URL('./cold-child.ts', import.meta.url));
const latency = 100;
const rounds = 7;

/** A process that starts: its first requests, and the load of what is deployed. */
export async function measureCold(): Promise<readonly Row[]> {
  return [await measureFirstRequests(), ...(await measureLoads())];
}

async function measureFirstRequests(): Promise<Row> {
  const taken: Record<'one' | 'hundred', number[]> = { one: [], hundred: [] };
  for (let round = 0; round < rounds; round += 1) {
    taken.one.push(await run(1));
    taken.hundred.push(await run(100));
  }
  const [one, hundred] = [median(taken.one), median(taken.hundred)];
  return {
    what: `Cold process, 100 users at once: time to the last answer in that of one request (Entra, vault and identity answer after ${latency} ms)`,
    ours: `${times(hundred / one)} (${hundred.toFixed(0)} ms against ${one.toFixed(0)} ms)`,
    peers: 'Microsoft.Identity.Web 41 ×, measured earlier',
    goal: 'at most 5.00 ×',
    met: hundred / one <= 5,
  };
}

const run = async (requests: number) => {
  const args = ['--disable-warning=ExperimentalWarning', child, String(requests), String(latency)];
  return Number((await promisify(execFile)(process.execPath, args)).stdout);
};

async function measureLoads(): Promise<readonly Row[]> {
  await build();
  await packageApis(apis);
  return apis.flatMap((api): Row[] => {
    const { bundled, unbundled } = measureLoad(api);
    const ratio = bundled.milliseconds / unbundled.milliseconds;
    return [
      {
        what: `Load of ${api} as deployed, in that of the unbundled app`,
        ours: `${times(ratio)} (${bundled.milliseconds.toFixed(0)} ms against ${unbundled.milliseconds.toFixed(0)} ms)`,
        goal: 'at most 0.35 ×',
        met: ratio <= 0.35,
      },
      {
        what: `Files opened while ${api} loads`,
        ours: bundled.opens === undefined ? 'not counted: no strace' : String(bundled.opens),
        peers: unbundled.opens === undefined ? '' : `unbundled ${unbundled.opens}`,
        goal: 'at most 40',
        ...(bundled.opens === undefined ? {} : { met: bundled.opens <= 40 }),
      },
    ];
  });
}

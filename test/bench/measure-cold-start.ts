import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from '../../tools/build.ts';
import { type Api, apis } from '../../tools/packaging/apis.ts';
import { measureLoad } from '../../tools/packaging/measure-load.ts';
import { packageApis } from '../../tools/packaging/package-api.ts';
import { median } from './compare.ts';
import { formatRatio, type Row } from './table.ts';

const coldProcess = fileURLToPath(new URL('./cold-process.ts', import.meta.url));

/** Milliseconds until Entra, Key Vault and the managed identity endpoint respond. */
const latency = 100;
const rounds = 7;

const maxRatioOfFirstRequests = 5;
const maxRatioOfLoad = 0.35;
const maxOpenedFiles = 40;

/** Measures a process that starts: its first requests, and how long the deployed apps load. */
export async function measureColdStart(): Promise<readonly Row[]> {
  const rows = [await measureFirstRequests()];
  await build();
  await packageApis(apis);
  for (const api of apis) rows.push(...measureLoadOf(api));
  return rows;
}

async function measureFirstRequests(): Promise<Row> {
  const ofOneUser: number[] = [];
  const ofManyUsers: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    ofOneUser.push(await runColdProcess(1));
    ofManyUsers.push(await runColdProcess(100));
  }
  const one = median(ofOneUser);
  const many = median(ofManyUsers);
  const ratio = many / one;
  return {
    measurement:
      'Cold process with 100 concurrent users: time until the last response, relative to one ' +
      `request (Entra, Key Vault and the managed identity respond after ${latency} ms)`,
    result: `${formatRatio(ratio)} (${many.toFixed(0)} ms vs. ${one.toFixed(0)} ms)`,
    peers: 'Microsoft.Identity.Web 41 ×, measured earlier',
    goal: `at most ${formatRatio(maxRatioOfFirstRequests)}`,
    isMet: ratio <= maxRatioOfFirstRequests,
  };
}

/** @returns The milliseconds until the last response. */
async function runColdProcess(requestCount: number): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--disable-warning=ExperimentalWarning',
    coldProcess,
    String(requestCount),
    String(latency),
  ]);
  return Number(stdout);
}

/** Both forms of the app must have been built. */
function measureLoadOf(api: Api): readonly Row[] {
  const { bundled, unbundled } = measureLoad(api);
  const ratio = bundled.milliseconds / unbundled.milliseconds;
  const times = [bundled, unbundled].map(({ milliseconds }) => `${milliseconds.toFixed(0)} ms`);
  const files: Row = {
    measurement: `Files that ${api} opens while it loads`,
    result: bundled.opens === undefined ? 'not counted: strace is missing' : String(bundled.opens),
    peers: unbundled.opens === undefined ? '' : `unbundled ${unbundled.opens}`,
    goal: `at most ${maxOpenedFiles}`,
  };
  return [
    {
      measurement: `Load time of ${api} as deployed, relative to the unbundled app`,
      result: `${formatRatio(ratio)} (${times.join(' vs. ')})`,
      goal: `at most ${formatRatio(maxRatioOfLoad)}`,
      isMet: ratio <= maxRatioOfLoad,
    },
    bundled.opens === undefined ? files : { ...files, isMet: bundled.opens <= maxOpenedFiles },
  ];
}

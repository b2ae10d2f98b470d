/** `npm run soak`: 100,000 interleaved chained calls of 1,000 users with faults on. Exit code 1 when anything was mixed up, grew or took over 10 minutes. */
import { build } from '../../tools/build.ts';
import { runSoak } from './run-soak.ts';

await build();
const result = await runSoak({
  calls: 100_000,
  users: 1_000,
  sessions: 6,
  say: (line) => console.error(line),
});
console.log(JSON.stringify(result, undefined, 2));
const { statuses, mixUps, foreignRefusals, growth, seconds } = result;
const wrong = [
  mixUps > 0 && `${mixUps} answers were somebody else's`,
  foreignRefusals > 0 && `${foreignRefusals} refusals were somebody else's`,
  Number(statuses[500] ?? 0) > 0 && `${statuses[500]} answers were a bug's (500)`,
  Number(statuses[200] ?? 0) < 80_000 && 'fewer than 80,000 calls were answered with 200',
  growth.most.some((mebibytes) => mebibytes > 150) && 'an API grew by more than 150 MiB',
  seconds > 600 && 'it took more than 10 minutes',
].filter(Boolean);
console.log(wrong.length === 0 ? '0 mix-ups.' : wrong.join('\n'));
process.exitCode = wrong.length === 0 ? 0 : 1;

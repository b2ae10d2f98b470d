/** `npm run soak`: sends many calls of many users through the chain. See `--help`. */
import { build } from '../../tools/build.ts';
import { type Command, runCommand } from '../../tools/command-line.ts';
import { runSoak } from './run-soak.ts';

const minSuccesses = 80_000;
const maxGrowthMebibytes = 150;
const maxSeconds = 600;

const command = {
  usage: ['npm run soak'],
  description: [
    'Sends 100,000 interleaved calls of 1,000 users through the chain while policies change.',
    'Exits with code 1 when users were mixed up, an API grew, or it took more than 10 minutes.',
  ].join('\n'),
  options: {},
} as const satisfies Command;

await runCommand(command, async () => {
  await build();
  const result = await runSoak({
    calls: 100_000,
    users: 1_000,
    sessions: 6,
    say: (line) => console.error(line),
  });
  console.log(JSON.stringify(result, undefined, 2));

  const { statuses, mixUps, misdirectedRefusals, growth, seconds } = result;
  const successes = statuses[200] ?? 0;
  const unexpectedErrors = statuses[500] ?? 0;
  const mostGrowth = Math.max(...growth.most);

  const problems: string[] = [];
  if (mixUps > 0) problems.push(`${mixUps} responses were about another user.`);
  if (misdirectedRefusals > 0)
    problems.push(`${misdirectedRefusals} refusals met users to whom no policy applies.`);
  if (unexpectedErrors > 0) problems.push(`${unexpectedErrors} responses had status 500.`);
  if (successes < minSuccesses)
    problems.push(`Only ${successes} calls succeeded, fewer than ${minSuccesses}.`);
  if (mostGrowth > maxGrowthMebibytes)
    problems.push(`An API grew by ${mostGrowth} MiB, more than ${maxGrowthMebibytes} MiB.`);
  if (seconds > maxSeconds) problems.push(`It took ${seconds} s, more than ${maxSeconds} s.`);

  console.log(problems.length === 0 ? 'No user was mixed up.' : problems.join('\n'));
  return problems.length === 0 ? 0 : 1;
});

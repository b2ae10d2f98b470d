/** `npm run capacity -- --rps 500 [--users 20000] …`: how many instances, exchanges and dollars a load takes. */
import { parseArgs } from 'node:util';
import { planCapacity } from './plan-capacity.ts';

const options = {
  rps: { type: 'string', default: '100' },
  users: { type: 'string', default: '10000' },
  'original-latency': { type: 'string', default: '60' },
  'downstream-latency': { type: 'string', default: '25' },
  'original-cpu': { type: 'string', default: '2' },
  'downstream-cpu': { type: 'string', default: '1.5' },
  concurrency: { type: 'string', default: '50' },
  'always-ready': { type: 'string', default: '0' },
} as const;

function readNumbers(): Record<keyof typeof options, number> {
  const { values } = parseArgs({ options });
  return Object.fromEntries(
    Object.entries(values).map(([name, text]) => {
      const value = Number(text);
      if (!(value >= 0)) throw new Error(`--${name} is a number, not ${text}.`);
      return [name, value];
    }),
  ) as Record<keyof typeof options, number>;
}

try {
  const given = readNumbers();
  const { instances, bound, exchangesPerSecond, tableOperationsPerSecond, cost, warnings } = planCapacity({
    rps: given.rps,
    users: given.users,
    latency: { original: given['original-latency'], downstream: given['downstream-latency'] },
    cpu: { original: given['original-cpu'], downstream: given['downstream-cpu'] },
    concurrency: Math.max(1, given.concurrency),
    alwaysReady: given['always-ready'],
  });
  const dollars = (value: number) => `$${value.toFixed(2)}`;
  console.log(
    `Assumed: ${Object.entries(given)
      .map(([name, value]) => `--${name} ${value}`)
      .join(' ')}`,
  );
  console.log(`Original API     ${instances.original} instance(s) of 2 GB, bound by ${bound.original}`);
  console.log(`Downstream API   ${instances.downstream} instance(s) of 2 GB, bound by ${bound.downstream}`);
  console.log(`Entra            ${exchangesPerSecond.toFixed(2)} exchanges a second`);
  console.log(`Tables           ${tableOperationsPerSecond.toFixed(0)} operations a second`);
  console.log(
    `Cost             ${dollars(cost.rest)} a month at rest, ${dollars(cost.million)} for a million calls, ${dollars(cost.month)} for a month of this load, before logs and traffic`,
  );
  for (const line of warnings) console.log(`! ${line}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

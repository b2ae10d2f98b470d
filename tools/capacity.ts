/** `npm run capacity -- --rps 500 [--users 20000] …`: how many instances, exchanges and dollars a load takes. `--help` lists every option. */
import { parseArgs } from 'node:util';
import { inputs, type Numbers } from './capacity/inputs.ts';
import { type Plan, planCapacity } from './capacity/plan.ts';

const names = Object.keys(inputs) as (keyof typeof inputs)[];

function readArguments(): {
  readonly numbers: Numbers;
  readonly given: ReadonlySet<string>;
  readonly help: boolean;
} {
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' } as const]));
  const parsed = parseArgs({ options: { ...options, help: { type: 'boolean' } } }).values;
  const { help, ...values }: Readonly<Record<string, string | boolean | undefined>> = parsed;
  const numbers = names.map((name) => {
    const text = values[name];
    const value = typeof text === 'string' ? Number(text || Number.NaN) : inputs[name].value;
    if (!(value >= 0 && Number.isFinite(value)))
      throw new Error(`--${name} is a number, not ${text}.`);
    return [name, value];
  });
  const all: Numbers = Object.fromEntries(numbers);
  if (!(all.fill > 0 && all.fill <= 1))
    throw new Error(`--fill is a part, more than 0 and at most 1, not ${all.fill}.`);
  return { numbers: all, given: new Set(Object.keys(values)), help: help === true };
}

const dollars = (value: number) => `$${value.toFixed(2)}`;

function printPlan({
  instances,
  bound,
  exchangesPerSecond,
  tableOperationsPerSecond,
  cost,
  warnings,
}: Plan): void {
  console.log(
    `Original API     ${instances.original} instance(s) of 2 GB, bound by ${bound.original}`,
  );
  console.log(
    `Downstream API   ${instances.downstream} instance(s) of 2 GB, bound by ${bound.downstream}`,
  );
  console.log(`Entra            ${exchangesPerSecond.toFixed(2)} exchanges a second`);
  console.log(`Tables           ${tableOperationsPerSecond.toFixed(0)} operations a second`);
  console.log(
    `Cost             ${dollars(cost.rest)} a month at rest, ${dollars(cost.million)} for a million calls, ${dollars(cost.month)} for a month of this load, before logs, traffic and free grants`,
  );
  for (const line of warnings) console.log(`! ${line}`);
}

try {
  const { numbers, given, help } = readArguments();
  console.log(help ? 'Options, with what they are unless given:' : 'Counted on:');
  for (const name of names) {
    const from = given.has(name) ? 'given' : inputs[name].from;
    console.log(
      `  --${name.padEnd(22)} ${String(numbers[name]).padEnd(9)} ${inputs[name].means} [${from}]`,
    );
  }
  if (!help) printPlan(planCapacity(numbers));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

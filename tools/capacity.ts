/**
 * `npm run capacity -- --rps 500 [--users 20000] …` calculates the instances, exchanges and dollars
 * that a load takes. `--help` lists all options.
 */
import { parseArgs } from 'node:util';
import { type InputName, type InputValues, inputs } from './capacity/inputs.ts';
import { type Plan, planCapacity } from './capacity/plan.ts';

interface Arguments {
  readonly values: InputValues;
  /** The options on the command line. */
  readonly given: ReadonlySet<string>;
  readonly help: boolean;
}

const names = Object.keys(inputs) as InputName[];

/** @throws Error that names the invalid option. */
function readArguments(): Arguments {
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' } as const]));
  const parsed = parseArgs({ options: { ...options, help: { type: 'boolean' } } }).values;
  const { help, ...texts }: Readonly<Record<string, string | boolean | undefined>> = parsed;
  const entries = names.map((name) => [name, readValue(name, texts[name])]);
  const values: InputValues = Object.fromEntries(entries);
  if (values.fill <= 0 || values.fill > 1)
    throw new Error(`--fill must be greater than 0 and at most 1, but is ${values.fill}.`);
  return { values, given: new Set(Object.keys(texts)), help: help === true };
}

function readValue(name: InputName, text: string | boolean | undefined): number {
  if (typeof text !== 'string') return inputs[name].value;
  // Number('') is 0.
  const value = text === '' ? Number.NaN : Number(text);
  if (!Number.isFinite(value) || value < 0)
    throw new Error(`--${name} must be a number that is not negative, but is "${text}".`);
  return value;
}

function printInputs({ values, given, help }: Arguments): void {
  console.log(help ? 'Options and their default values:' : 'Calculated from:');
  for (const name of names) {
    const { meaning, source } = inputs[name];
    const value = String(values[name]);
    const shownSource = given.has(name) ? 'given' : source;
    console.log(`  --${name.padEnd(22)} ${value.padEnd(9)} ${meaning} [${shownSource}]`);
  }
}

function printPlan(plan: Plan): void {
  const { instances, bound, exchangesPerSecond, tableOperationsPerSecond, cost, warnings } = plan;
  const lines = [
    `Original API     ${instances.original} instance(s) of 2 GB, bound by ${bound.original}`,
    `Downstream API   ${instances.downstream} instance(s) of 2 GB, bound by ${bound.downstream}`,
    `Entra            ${exchangesPerSecond.toFixed(2)} exchanges per second`,
    `Tables           ${tableOperationsPerSecond.toFixed(0)} operations per second`,
    `Cost             ${formatDollars(cost.idleMonth)} per month without requests`,
    `                 ${formatDollars(cost.millionCalls)} per million calls`,
    `                 ${formatDollars(cost.month)} per month of this load`,
    '                 (without logs, network traffic and free grants)',
    ...warnings.map((warning) => `! ${warning}`),
  ];
  console.log(lines.join('\n'));
}

const formatDollars = (value: number): string => `$${value.toFixed(2)}`;

try {
  const parsed = readArguments();
  printInputs(parsed);
  if (!parsed.help) printPlan(planCapacity(parsed.values));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

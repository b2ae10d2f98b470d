/**
 * `npm run capacity -- --rps 500 [--users 20000] …` calculates the instances, exchanges and dollars
 * that a load needs. `--help` lists all options.
 */
import { type InputName, type InputValues, inputs } from './capacity/inputs.ts';
import { type Plan, planCapacity } from './capacity/plan.ts';
import { type Command, type CommandOption, runCommand, UsageError } from './command-line.ts';

const names = Object.keys(inputs) as InputName[];

const command = {
  usage: ['npm run capacity -- [options]'],
  description: 'Calculates the instances, exchanges and cost that a load needs.',
  options: Object.fromEntries(
    names.map((name) => [name, describeOption(name)] as const),
  ) as Readonly<Record<InputName, CommandOption>>,
} satisfies Command;

function describeOption(name: InputName): CommandOption {
  const { meaning, value, source } = inputs[name];
  return {
    type: 'string',
    value: 'NUMBER',
    help: `${capitalize(meaning)}. Default: ${value} (${source}).`,
  };
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

type OptionTexts = Readonly<Record<string, string | boolean | undefined>>;

/** @throws {UsageError} that names the invalid option. */
function readInputs(texts: OptionTexts): InputValues {
  const entries = names.map((name) => [name, readValue(name, texts[name])]);
  const values: InputValues = Object.fromEntries(entries);
  if (values.fill <= 0 || values.fill > 1)
    throw new UsageError(`--fill must be greater than 0 and at most 1, but is ${values.fill}.`);
  return values;
}

function readValue(name: InputName, text: string | boolean | undefined): number {
  if (typeof text !== 'string') return inputs[name].value;
  // Number('') is 0.
  const value = text === '' ? Number.NaN : Number(text);
  if (!Number.isFinite(value) || value < 0)
    throw new UsageError(`--${name} must be a number that is not negative, but is "${text}".`);
  return value;
}

function printInputs(values: InputValues, texts: OptionTexts): void {
  console.log('Calculated from:');
  for (const name of names) {
    const { meaning, source } = inputs[name];
    const value = String(values[name]);
    const shownSource = texts[name] === undefined ? source : 'given';
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

await runCommand(command, ({ values: texts }) => {
  const values = readInputs(texts as OptionTexts);
  printInputs(values, texts as OptionTexts);
  printPlan(planCapacity(values));
});

/** `npm run -s policy -- list | set NAME VALUE [--user U] | reset`: turns the running emulators's switches. `--json` for machines. */
import { parseArgs } from 'node:util';
import { type PolicyState, policyValues } from './emulators/entra/policies.ts';
import { faultKinds, faultyEndpoints } from './emulators/control/faults.ts';
import { askControl, ControlFailed } from '../tools/running-emulators.ts';

const usage = `Usage: npm run -s policy -- list [--json]
       npm run -s policy -- set NAME VALUE [--user NAME] [--json]
       npm run -s policy -- reset [--json]`;

function describeValues(name: string): string {
  if (name === 'fault')
    return `ENDPOINT=KIND|off; endpoints ${faultyEndpoints.join(', ')}; kinds ${faultKinds}`;
  return (Object.entries(policyValues).find(([known]) => known === name)?.[1] ?? []).join(' | ');
}

function print(policies: readonly PolicyState[]): void {
  const rows = policies.map(({ name, value, user = 'everybody' }) => {
    const normal = value === policyValues[name][0];
    return [
      normal ? ' ' : '*',
      name,
      value,
      normal || name === 'fault' ? '' : user,
      describeValues(name),
    ];
  });
  const all = [['', 'policy', 'is', 'for', 'takes'], ...rows];
  const widths = [0, 1, 2, 3].map((column) =>
    Math.max(...all.map((row) => row[column]?.length ?? 0)),
  );
  for (const row of all) {
    const cells = row.map((cell, column) => cell.padEnd(widths[column] ?? 0));
    console.log(cells.join('  ').trimEnd());
  }
}

/** The request that the words ask for, or `undefined` where they make no sense. */
function readCommand(positionals: readonly string[], user: string | undefined) {
  const [verb, name, value, ...rest] = positionals;
  if (verb === 'list' && name === undefined) return { method: 'GET' };
  if (verb === 'reset' && name === undefined) return { method: 'DELETE' };
  if (verb !== 'set' || name === undefined || value === undefined || rest.length > 0)
    return undefined;
  return { method: 'PUT', body: { name, value, ...(user === undefined ? {} : { user }) } };
}

function readArguments(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: { user: { type: 'string' }, json: { type: 'boolean' } },
    });
  } catch (error) {
    console.error((error as Error).message);
    return undefined;
  }
}

const given = readArguments(process.argv.slice(2));
const command = given && readCommand(given.positionals, given.values.user);
if (!command) {
  console.error(usage);
  process.exitCode = 2;
} else {
  try {
    const { policies } = (await askControl(command.method, 'policies', command.body)) as {
      policies: readonly PolicyState[];
    };
    if (given.values.json) console.log(JSON.stringify(policies));
    else print(policies);
  } catch (error) {
    if (!(error instanceof ControlFailed)) throw error;
    console.error(error.message);
    process.exitCode = error.unreachable ? 1 : 2;
  }
}

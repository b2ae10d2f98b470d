/** `npm run -s policy`: lists and changes the policies and faults of the running emulators. */
import { type Command, runCommand, UsageError } from '../tools/command-line.ts';
import { ControlError, callControlApi } from '../tools/running-emulators.ts';
import { faultKinds, faultyEndpoints } from './emulators/control/faults.ts';
import { type PolicyState, policyValues } from './emulators/entra/policies.ts';

const command = {
  usage: [
    'npm run -s policy -- list [--json]',
    'npm run -s policy -- set NAME VALUE [--user NAME] [--json]',
    'npm run -s policy -- reset [--json]',
  ],
  description: 'Lists and changes the policies of the running emulators.',
  options: {
    user: { type: 'string', value: 'NAME', help: 'Change the policy for one user only.' },
    json: { type: 'boolean', help: 'Print JSON.' },
  },
  positionals: true,
} as const satisfies Command;

/** The exit code when the emulators refuse an unknown policy or value. */
const refusedExitCode = 2;

interface ControlRequest {
  readonly method: string;
  readonly body?: object;
}

/** @throws {UsageError} if the arguments are not a valid command */
function createControlRequest(
  positionals: readonly string[],
  user: string | undefined,
): ControlRequest {
  const [verb, name, value, ...others] = positionals;
  if (verb === undefined) throw new UsageError('Missing argument: list, set or reset.');
  if (verb === 'list' && name === undefined) return { method: 'GET' };
  if (verb === 'reset' && name === undefined) return { method: 'DELETE' };
  if (verb === 'set' && name !== undefined && value !== undefined && others.length === 0)
    return { method: 'PUT', body: { name, value, ...(user !== undefined && { user }) } };
  throw new UsageError(`Invalid arguments: ${positionals.join(' ')}.`);
}

function printPolicies(policies: readonly PolicyState[]): void {
  const rows = policies.map(describePolicy);
  const table = [['', 'policy', 'value', 'user', 'allowed values'], ...rows];
  const widths = [0, 1, 2, 3].map((column) =>
    Math.max(...table.map((row) => row[column]?.length ?? 0)),
  );
  for (const row of table) {
    const cells = row.map((cell, column) => cell.padEnd(widths[column] ?? 0));
    console.log(cells.join('  ').trimEnd());
  }
}

/** The cells of one policy. An asterisk marks a value that is not the default. */
function describePolicy({ name, value, user = 'everybody' }: PolicyState): readonly string[] {
  const isDefault = value === policyValues[name][0];
  const showsUser = !isDefault && name !== 'fault';
  return [isDefault ? ' ' : '*', name, value, showsUser ? user : '', describeValues(name)];
}

function describeValues(name: keyof typeof policyValues): string {
  if (name === 'fault')
    return `ENDPOINT=KIND|off; endpoints ${faultyEndpoints.join(', ')}; kinds ${faultKinds}`;
  return policyValues[name].join(' | ');
}

await runCommand(command, async ({ positionals, values }) => {
  const { method, body } = createControlRequest(positionals, values.user);
  try {
    const response = (await callControlApi(method, 'policies', body)) as {
      readonly policies: readonly PolicyState[];
    };
    if (values.json) console.log(JSON.stringify(response.policies));
    else printPolicies(response.policies);
    return 0;
  } catch (error) {
    if (!(error instanceof ControlError)) throw error;
    console.error(error.message);
    return error.unreachable ? 1 : refusedExitCode;
  }
});

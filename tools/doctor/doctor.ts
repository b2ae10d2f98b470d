import { type Command, formatHelp, parseCommandLine, reportError } from '../command-line.ts';
import { createChainChecks } from './chain-checks.ts';
import { createChainContext } from './chain-context.ts';
import type { ChainSettings } from './chain-settings.ts';
import type { Directory } from './directory.ts';
import { explain } from './explain.ts';
import { readInput, type StandardInput } from './read-input.ts';
import { runChecks } from './run-checks.ts';

const inputKinds =
  'a token, a problem body (\'{"code":"consent_required"}\'), a WWW-Authenticate header ' +
  '(\'Bearer error="invalid_token"\') or an AADSTS code (AADSTS65001)';

const command = {
  usage: ['npm run -s doctor', 'npm run -s doctor -- [--emulators] INPUT'],
  description: [
    'Without INPUT, checks the settings of both APIs and everything that they depend on.',
    'With INPUT, explains it: a token, a problem body, a WWW-Authenticate header, a claims request',
    'or an AADSTS code. "-" reads INPUT from standard input.',
  ].join('\n'),
  options: {
    emulators: {
      type: 'boolean',
      help: 'Use the settings of the running emulators, even if there are other settings.',
    },
  },
  positionals: true,
  notes: [
    'Examples:',
    '  npm run -s doctor -- AADSTS65001',
    `  npm run -s doctor -- '{"code":"consent_required"}'`,
    '  npm run -s token -- alice | npm run -s doctor',
  ].join('\n'),
} as const satisfies Command;

/** The options of {@link runDoctor}. */
export interface DoctorOptions {
  /** The command line without the program's name. */
  readonly args: readonly string[];
  /** Standard input. */
  readonly stdin: StandardInput;
  /** Names for the ids in tokens and claims requests. */
  readonly directory: Directory;
  /**
   * Loads the settings of both APIs; `undefined` when there are none.
   * @param emulatorsOnly whether to ignore all settings but those of the running emulators
   */
  loadSettings(emulatorsOnly: boolean): Promise<ChainSettings | undefined>;
}

/**
 * Runs the doctor: checks the chain, or explains the given input. Results go to standard output,
 * errors to standard error.
 * @returns the exit code: 0 for success, 1 for a failed check, 2 for an unknown option or input
 */
export async function runDoctor(doctorOptions: DoctorOptions): Promise<number> {
  const { args, stdin } = doctorOptions;
  try {
    const { values, positionals } = parseCommandLine(command, args);
    if ((values as { readonly help?: boolean }).help) {
      console.log(formatHelp(command));
      return 0;
    }
    const { emulators = false } = values;
    const input = await readInput(positionals, stdin);
    const isCheck = input === '' && positionals.length === 0;
    return isCheck
      ? await checkChain(doctorOptions, emulators)
      : await explainInput(input, doctorOptions, emulators);
  } catch (error) {
    return reportError(command, error);
  }
}

async function checkChain({ loadSettings }: DoctorOptions, emulatorsOnly: boolean) {
  const settings = await loadSettings(emulatorsOnly);
  if (!settings) {
    console.log(
      'No settings found: there is no local.settings.json, the environment contains none, and ' +
        'no emulators are running.\nFix first: start the chain with npm start.',
    );
    return 1;
  }
  console.log(`Settings: ${settings.source}`);
  const firstFailure = await runChecks(createChainChecks(settings), console.log);
  if (firstFailure !== undefined) {
    console.log(`\nFix first: ${firstFailure}.`);
    return 1;
  }
  console.log('\nNo problems found.');
  return 0;
}

async function explainInput(input: string, options: DoctorOptions, emulatorsOnly: boolean) {
  const { directory, loadSettings } = options;
  let settings: ChainSettings | undefined;
  try {
    settings = await loadSettings(emulatorsOnly);
  } catch {
    // The checks report unreadable settings. An input can be explained without settings.
  }
  const lines = await explain(input, createChainContext({ directory, settings }));
  if (!lines) {
    console.error(`Unknown input. Pass ${inputKinds}.`);
    return 2;
  }
  console.log(lines.join('\n'));
  return 0;
}

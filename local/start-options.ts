import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Command, parseCommandLine, UsageError } from '../tools/command-line.ts';
import { type Ports, readPorts } from '../tools/ports.ts';
import { type Environment, overridableSettings } from './api-settings.ts';

/** The options of `npm start` and `npm run emulators`. */
export interface StartOptions {
  /** Whether to empty the data folder first. */
  readonly fresh: boolean;
  /** Whether to start the emulators and the Client App, but no API. `func start` runs the APIs. */
  readonly emulatorsOnly: boolean;
  /** Whether to run the deployable bundles of the APIs. */
  readonly packaged: boolean;
  /** Whether to print one line of JSON when everything is ready. Progress goes to stderr. */
  readonly json: boolean;
  /** Whether to print the log lines of the APIs as raw JSON, not as readable lines. */
  readonly jsonLog: boolean;
  /** Settings of both APIs that replace the defaults. */
  readonly overrides: Environment;
  /** A directory other than `local/tenant.json`. */
  readonly directoryFile: string | undefined;
  /** The ports of all parts of the chain. */
  readonly ports: Ports;
  /** The absolute path of the emulators' data folder. */
  readonly dataDir: string;
}

const root = fileURLToPath(new URL('..', import.meta.url));

/** The command line of `npm start` and `npm run emulators`. */
export const startCommand = {
  usage: ['npm start -- [OPTIONS]', 'npm run emulators -- [OPTIONS]'],
  description: 'Runs the whole chain, or only the emulators, on this machine until Ctrl-C.',
  options: {
    fresh: { type: 'boolean', help: 'Empty the data folder first.' },
    packaged: { type: 'boolean', help: 'Run the deployable bundles of the APIs.' },
    set: {
      type: 'string',
      multiple: true,
      value: 'NAME=VALUE',
      help: 'Override a setting of the APIs. May be repeated.',
    },
    directory: {
      type: 'string',
      value: 'FILE',
      help: 'Use this file instead of local/tenant.json.',
    },
    'emulators-only': { type: 'boolean', help: 'Start no API (npm run emulators).' },
    'json-log': { type: 'boolean', help: 'Print the log lines of the APIs as raw JSON.' },
    json: { type: 'boolean', help: 'Print one line of JSON when everything is ready.' },
  },
  notes: [
    'Environment:',
    '  EMULATOR_PORT, ORIGINAL_API_PORT, DOWNSTREAM_API_PORT, CLIENT_APP_PORT, TABLE_PORT',
    '  EMULATOR_DATA_DIR (default: .local/emulators-<EMULATOR_PORT>)',
  ].join('\n'),
} as const satisfies Command;

/**
 * @throws {UsageError} for an invalid command line
 * @throws {Error} for an invalid port in the environment
 */
export function readStartOptions(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): StartOptions {
  const { values } = parseCommandLine(startCommand, args);
  const ports = readPorts(environment);
  const dataDir = environment.EMULATOR_DATA_DIR || join('.local', `emulators-${ports.emulators}`);
  return {
    fresh: values.fresh ?? false,
    emulatorsOnly: values['emulators-only'] ?? false,
    packaged: values.packaged ?? false,
    json: values.json ?? false,
    jsonLog: values['json-log'] ?? false,
    overrides: readOverrides(values.set ?? []),
    directoryFile: values.directory,
    ports,
    dataDir: isAbsolute(dataDir) ? dataDir : join(root, dataDir),
  };
}

function readOverrides(pairs: readonly string[]): Environment {
  const overrides: Record<string, string> = {};
  for (const pair of pairs) {
    const [, name = '', value = ''] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
    if (!overridableSettings.includes(name))
      throw new UsageError(
        `--set needs NAME=VALUE, and NAME must be one of ${overridableSettings.join(', ')}.`,
      );
    overrides[name] = value;
  }
  return overrides;
}

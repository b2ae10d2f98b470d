import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { overridable, type Settings } from './api-settings.ts';
import { type Ports, readPorts } from '../tools/ports.ts';

/** What a person (or a test) asked `npm start` for. */
export interface StartOptions {
  /** Begin with an empty data folder. */
  readonly fresh: boolean;
  /** Only the emulators and the Client App; `func start` runs the APIs. */
  readonly emulatorsOnly: boolean;
  /** Run the APIs as they are deployed: one bundle each. */
  readonly packaged: boolean;
  /** Say on one line of JSON when all is ready; progress goes to stderr. */
  readonly json: boolean;
  readonly overrides: Settings;
  readonly directoryFile: string | undefined;
  readonly ports: Ports;
  readonly dataDir: string;
}

const usage =
  'Usage: npm start -- [--fresh] [--packaged] [--set NAME=VALUE]… [--directory FILE] [--json]';
const root = fileURLToPath(new URL('..', import.meta.url));

/** @throws Error whose message says everything that is wrong, for the person who typed it */
export function readStartOptions(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): StartOptions {
  const values = parse(args);
  const overrides: Record<string, string> = {};
  for (const pair of values.set ?? []) {
    const [, name = '', value = ''] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
    if (!overridable.includes(name))
      throw new Error(`--set takes NAME=VALUE, where NAME is one of ${overridable.join(', ')}.`);
    overrides[name] = value;
  }
  const ports = readPorts(environment);
  const dataDir = environment.EMULATOR_DATA_DIR || join('.local', `emulators-${ports.emulators}`);
  return {
    fresh: values.fresh ?? false,
    emulatorsOnly: values['emulators-only'] ?? false,
    packaged: values.packaged ?? false,
    json: values.json ?? false,
    overrides,
    directoryFile: values.directory,
    ports,
    dataDir: isAbsolute(dataDir) ? dataDir : join(root, dataDir),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        fresh: { type: 'boolean' },
        'emulators-only': { type: 'boolean' },
        packaged: { type: 'boolean' },
        json: { type: 'boolean' },
        set: { type: 'string', multiple: true },
        directory: { type: 'string' },
      },
    }).values;
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  }
}

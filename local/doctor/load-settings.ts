import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Environment } from '../../shared/settings.ts';
import type { ChainSettings } from '../../tools/doctor/chain-settings.ts';
import { readPorts } from '../../tools/ports.ts';
import { findDataDir } from '../../tools/running-emulators.ts';
import { createApiEnvironment } from '../api-settings.ts';
import type { Emulators } from '../emulators/emulators.ts';
import { type IdentityName, readDirectory } from '../emulators/entra/directory.ts';

/** Where to look for the settings. */
export interface LoadOptions {
  /** The environment variables. */
  readonly environment: Environment;
  /** Whether to ignore local.settings.json and the environment; default `false`. */
  readonly emulatorsOnly?: boolean;
  /** The path of local.settings.json; by default the one of this project. */
  readonly file?: string;
}

const projectFile = fileURLToPath(new URL('../../local.settings.json', import.meta.url));

/** Milliseconds until a health check is aborted. */
const healthTimeout = 1_000;

/**
 * Loads the settings of both APIs from the first of these sources that exists:
 * 1. The emulators, if the APIs run with them (`npm start`).
 * 2. local.settings.json.
 * 3. The environment, if it contains a client id of an API.
 * 4. The emulators that run, or last ran, on EMULATOR_PORT.
 * @returns `undefined` when there is none
 * @throws {Error} when local.settings.json is not valid JSON
 */
export async function loadSettings(options: LoadOptions): Promise<ChainSettings | undefined> {
  const { environment, emulatorsOnly = false, file = projectFile } = options;
  const emulators = await loadEmulatorSettings(environment);
  if (emulatorsOnly) return emulators;
  if (emulators && (await isDownstreamHealthy(emulators))) return emulators;
  return (await loadLocalSettings(file)) ?? readEnvironment(environment) ?? emulators;
}

/**
 * Whether the emulators were started with `npm start`, which runs the APIs too. With
 * `npm run emulators`, the APIs run in `func start` with the settings of local.settings.json.
 */
async function isDownstreamHealthy({ downstream }: ChainSettings): Promise<boolean> {
  try {
    const response = await fetch(`${downstream.DOWNSTREAM_API_URL}/health`, {
      signal: AbortSignal.timeout(healthTimeout),
    });
    return response.ok;
  } catch {
    return false;
  }
}

/** `func start` runs both APIs in one host, so both have the same origin. */
async function loadLocalSettings(file: string): Promise<ChainSettings | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    return undefined;
  }
  let values: Record<string, string>;
  try {
    values = { ...JSON.parse(text).Values };
  } catch {
    throw new Error(
      'local.settings.json is not valid JSON. Correct it, or delete it and let `npm run ' +
        'emulators` create it again.',
    );
  }
  const url = values.DOWNSTREAM_API_URL ?? '';
  return {
    source:
      'local.settings.json, for `func start` (--emulators uses the running emulators instead)',
    original: values,
    downstream: values,
    originalHealth: URL.canParse(url) ? new URL('/api/health', url) : undefined,
  };
}

function readEnvironment(environment: Environment): ChainSettings | undefined {
  if (!environment.ORIGINAL_API_CLIENT_ID && !environment.DOWNSTREAM_API_CLIENT_ID)
    return undefined;
  return {
    source: 'the environment',
    original: environment,
    downstream: environment,
    originalHealth: undefined,
  };
}

/** Derives the settings that `npm start` passes to both APIs from the emulators' data folder. */
async function loadEmulatorSettings(environment: Environment): Promise<ChainSettings | undefined> {
  const folder = findDataDir(environment);
  const control = await readJson(join(folder, 'control.json'));
  const headers = await readJson(join(folder, 'identity-headers.json'));
  if (typeof control?.origin !== 'string' || !headers) return undefined;

  const { origin } = control;
  const ports = readPorts({ ...environment, EMULATOR_PORT: new URL(origin).port });
  const clientAppOrigin = `http://localhost:${ports.clientApp}`;
  const directory = readDirectory(undefined, clientAppOrigin);
  const identities = Object.fromEntries(
    directory.identities.map(({ name, clientId }) => [name, { clientId, header: headers[name] }]),
  );
  // `createApiEnvironment` reads no other members of the emulators, which run in another process.
  const emulators = {
    context: { origin, directory, clientAppOrigin },
    tableEndpoint: `http://localhost:${ports.table}/devstoreaccount1`,
    identities: identities as Record<IdentityName, { clientId: string; header: string }>,
  } as Emulators;
  return {
    source: `the emulators at ${origin}`,
    original: createApiEnvironment('original-api', emulators, ports, {}),
    downstream: createApiEnvironment('downstream-api', emulators, ports, {}),
    originalHealth: new URL(`http://localhost:${ports.original}/api/health`),
  };
}

async function readJson(file: string): Promise<Record<string, unknown> | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return undefined;
  }
}

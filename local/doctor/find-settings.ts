import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Environment } from '../../shared/settings.ts';
import { apiSettings } from '../api-settings.ts';
import { type IdentityName, readDirectory } from '../emulators/entra/directory.ts';
import { readPorts } from '../../tools/ports.ts';
import { findDataDir } from '../../tools/running-emulators.ts';
import type { Emulators } from '../emulators/emulators.ts';

/** The settings of both APIs, as text, and where they were found. */
export interface FoundSettings {
  /** For a person: `local.settings.json`, `the environment`, `the emulators at http://…`. */
  readonly source: string;
  readonly original: Environment;
  readonly downstream: Environment;
  /** Where Original says that it is alive; no setting names it, so it is known on this machine only. */
  readonly originalHealth: URL | undefined;
}

export interface WhereToLook {
  readonly environment: Environment;
  /** Pass the file and the environment by. */
  readonly emulatorsOnly?: boolean;
  /** Another local.settings.json than the project's. */
  readonly file?: string;
}

const projectFile = fileURLToPath(new URL('../../local.settings.json', import.meta.url));

/**
 * The emulators that runs on EMULATOR_PORT where it runs the APIs too; local.settings.json where there is one, else the environment where it names the APIs, else the emulators that runs (or ran) on EMULATOR_PORT; `undefined` for none.
 * @throws Error for a local.settings.json that cannot be read
 */
export async function findSettings({
  environment,
  emulatorsOnly = false,
  file = projectFile,
}: WhereToLook): Promise<FoundSettings | undefined> {
  const emulators = await readRunningEmulators(environment);
  if (emulatorsOnly || (emulators && (await runsItsOwnApis(emulators)))) return emulators;
  return (await readLocalSettings(file)) ?? readEnvironment(environment) ?? emulators;
}

/** Whether this is `npm start`, and not `npm run emulators` with `func start` beside it: then a file left by the latter says nothing. */
async function runsItsOwnApis({ downstream }: FoundSettings): Promise<boolean> {
  const health = await fetch(`${downstream.DOWNSTREAM_API_URL}/health`, {
    signal: AbortSignal.timeout(1_000),
  }).catch(() => undefined);
  return health?.ok === true;
}

/** One host runs both APIs there, so Original is where Downstream is. */
async function readLocalSettings(file: string): Promise<FoundSettings | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  let values: Record<string, string>;
  try {
    values = { ...JSON.parse(text).Values };
  } catch {
    throw new Error(
      'local.settings.json is not JSON: mend it, or delete it and let `npm run emulators` write it anew.',
    );
  }
  const url = values.DOWNSTREAM_API_URL ?? '';
  return {
    source:
      'local.settings.json, for `func start` (--stand looks at the running emulators instead)',
    original: values,
    downstream: values,
    originalHealth: URL.canParse(url) ? new URL('/api/health', url) : undefined,
  };
}

function readEnvironment(environment: Environment): FoundSettings | undefined {
  if (!environment.ORIGINAL_API_CLIENT_ID && !environment.DOWNSTREAM_API_CLIENT_ID)
    return undefined;
  return {
    source: 'the environment',
    original: environment,
    downstream: environment,
    originalHealth: undefined,
  };
}

/** The settings that `npm start` gives both APIs, made again from what the emulators has left in its folder. */
async function readRunningEmulators(environment: Environment): Promise<FoundSettings | undefined> {
  const folder = findDataDir(environment);
  const [control, headers] = await Promise.all(
    ['control.json', 'identity-headers.json'].map((name) => readJson(join(folder, name))),
  );
  if (typeof control?.origin !== 'string' || !headers) return undefined;
  const { origin } = control;
  const ports = readPorts({ ...environment, EMULATOR_PORT: new URL(origin).port });
  const clientAppOrigin = `http://localhost:${ports.clientApp}`;
  const directory = readDirectory(undefined, clientAppOrigin);
  const identities = Object.fromEntries(
    directory.identities.map(({ name, clientId }) => [name, { clientId, header: headers[name] }]),
  );
  const emulators = {
    context: { origin, directory, clientAppOrigin },
    tableEndpoint: `http://localhost:${ports.table}/devstoreaccount1`,
    identities: identities as Record<IdentityName, { clientId: string; header: string }>,
  } as Emulators;
  return {
    source: `the emulators at ${origin}`,
    original: apiSettings('original-api', emulators, ports, {}),
    downstream: apiSettings('downstream-api', emulators, ports, {}),
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

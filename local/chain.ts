import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from '../tools/build.ts';
import { type Api, artefactFolder } from '../tools/packaging/apis.ts';
import { packageApis } from '../tools/packaging/package-api.ts';
import { createApiEnvironment } from './api-settings.ts';
import { type LocalClientAppSettings, startClientAppHost } from './client-app-host.ts';
import { startCoreTools } from './core-tools.ts';
import { type Emulators, startEmulators } from './emulators/emulators.ts';
import { startFunctionsHost } from './functions-host/host.ts';
import { formatLogLine } from './request-line.ts';
import { seedTables } from './seed.ts';
import type { StartOptions } from './start-options.ts';
import type { Teardown } from './teardown.ts';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));

/** The dependencies of {@link startChain}. */
export interface ChainRuntime {
  /** Closes everything that was started when the program stops. */
  readonly teardown: Teardown;
  /** Aborted when the program stops, so that a running build ends. */
  readonly signal: AbortSignal;
  /** The path of `func`, or `undefined` for the functions host of this repository. */
  readonly func: string | undefined;
  /** Receives a line about each step. */
  readonly report: (line: string) => void;
  /** Called if a part of the chain ends unexpectedly. */
  readonly onFailure: (cause: Error) => void;
}

/** A running chain. */
export interface RunningChain {
  /** The emulators, with the addresses and keys that they chose. */
  readonly emulators: Emulators;
  /** The process ids of the workers that run the APIs, if this repository's host runs them. */
  readonly workerPids: readonly number[];
}

/** Builds everything, then starts the emulators, the Client App and the APIs. */
export async function startChain(
  options: StartOptions,
  runtime: ChainRuntime,
): Promise<RunningChain> {
  const { report } = runtime;
  report('Starting the emulators: Entra, Key Vault, managed identity, tables …');
  const [emulators] = await Promise.all([
    startSeededEmulators(options, runtime),
    buildApps(options, runtime),
  ]);
  report(
    options.emulatorsOnly ? 'Starting the Client App …' : 'Starting the Client App and both APIs …',
  );
  const apis: readonly Api[] = options.emulatorsOnly ? [] : ['original-api', 'downstream-api'];
  const [, ...pids] = await Promise.all([
    startClientApp(emulators, options, runtime),
    ...apis.map((api) => startApi(api, emulators, options, runtime)),
  ]);
  return { emulators, workerPids: pids.filter((pid) => pid !== undefined) };
}

async function buildApps(
  { packaged, emulatorsOnly }: StartOptions,
  { signal, report }: ChainRuntime,
): Promise<void> {
  const built = await build(signal);
  report(built ? 'Built the APIs and the Client App.' : 'The build is up to date.');
  if (!packaged || emulatorsOnly) return;
  await packageApis();
  report('Packaged both APIs.');
}

async function startSeededEmulators(
  { ports, dataDir, directoryFile }: StartOptions,
  { teardown }: ChainRuntime,
): Promise<Emulators> {
  // npm runs scripts in the root folder. INIT_CWD is the folder in which the user typed the path.
  const userFolder = process.env.INIT_CWD ?? '.';
  const emulators = await teardown.start(() =>
    startEmulators({
      emulatorPort: ports.emulators,
      tablePort: ports.table,
      clientAppOrigin: `http://localhost:${ports.clientApp}`,
      dataDir,
      ...(directoryFile !== undefined && { directoryFile: resolve(userFolder, directoryFile) }),
    }),
  );
  await seedTables(emulators);
  return emulators;
}

async function startClientApp(
  emulators: Emulators,
  options: StartOptions,
  { teardown }: ChainRuntime,
): Promise<undefined> {
  await teardown.start(async () =>
    startClientAppHost({
      port: options.ports.clientApp,
      folder: join(dist, 'client-app'),
      settings: await createClientAppSettings(emulators, options),
    }),
  );
}

/** @returns the process id of the worker, if this repository's host runs the API */
async function startApi(
  api: Api,
  emulators: Emulators,
  options: StartOptions,
  { teardown, func, onFailure }: ChainRuntime,
): Promise<number | undefined> {
  const { ports, overrides, packaged, jsonLog } = options;
  const port = api === 'original-api' ? ports.original : ports.downstream;
  const env = createApiEnvironment(api, emulators, ports, overrides);
  const log = (line: string) => console.log(jsonLog ? line : formatLogLine(line));
  if (func !== undefined) {
    await teardown.start(() =>
      startCoreTools({ func, api, packaged, port, env, log, onExit: onFailure }),
    );
    return undefined;
  }
  const folder = packaged ? artefactFolder(api) : join(dist, api);
  const entry = join(folder, 'functions.js');
  const { recorder } = emulators.context;
  const host = await teardown.start(() =>
    startFunctionsHost({ name: api, port, entry, env, recorder, log }),
  );
  return host.workerPid();
}

async function createClientAppSettings(
  { context, controlToken }: Emulators,
  { ports }: StartOptions,
): Promise<LocalClientAppSettings> {
  const { origin, directory } = context;
  const tenant = directory.homeTenant.id;
  const metadata = await fetch(`${origin}/${tenant}/v2.0/.well-known/openid-configuration`);
  return {
    authority: `https://localhost:${ports.emulators}/${tenant}`,
    clientId: directory.app('client-app')?.appId ?? '',
    knownAuthorities: [`localhost:${ports.emulators}`],
    authorityMetadata: await metadata.text(),
    originalApiUrl: `http://localhost:${ports.original}/api`,
    originalApiId: `api://${directory.app('original-api')?.appId}`,
    emulators: { controlUrl: `${origin}/control`, controlToken },
  };
}

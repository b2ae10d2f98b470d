/** `npm start` and `npm run emulators`: the whole chain on this machine, from one command to Ctrl-C. */
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { apiSettings, oneHostSettings } from './api-settings.ts';
import { build } from '../tools/build.ts';
import { startClientAppHost } from './client-app-host.ts';
import { findFunc, startCoreTools } from './core-tools.ts';
import { prepareDataDir } from './data-dir.ts';
import { type FunctionsHost, startFunctionsHost } from './functions-host/host.ts';
import { offerLocalSettings } from './local-settings.ts';
import { type Api, artefactOf, packageApis } from '../tools/packaging/package-api.ts';
import { createParts } from './parts.ts';
import { findBusyPorts } from '../tools/ports.ts';
import { seed } from './seed.ts';
import { type Emulators, startEmulators } from './emulators/emulators.ts';
import { readStartOptions, type StartOptions } from './start-options.ts';
import { summarize } from './start-summary.ts';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const parts = createParts((line) => console.error(line));
const building = new AbortController();
let firstSignalAt: number | undefined;

async function start(options: StartOptions): Promise<void> {
  const begun = performance.now();
  const { ports, emulatorsOnly, json } = options;
  const say = json ? console.error : console.log;
  const busy = await findBusyPorts(
    emulatorsOnly
      ? { emulators: ports.emulators, clientApp: ports.clientApp, table: ports.table }
      : ports,
  );
  if (busy.length > 0) throw new Error(busy.join('\n'));
  prepareDataDir(options.dataDir, options.fresh);

  say('Starting the emulators: Entra, Key Vault, managed identity, tables …');
  const [emulators] = await Promise.all([startSeededEmulators(options), makeApps(options, say)]);
  say(emulatorsOnly ? 'Starting the Client App …' : 'Starting the Client App and both APIs …');
  const func = emulatorsOnly ? undefined : findFunc(process.env.PATH);
  const [, ...hosts] = await Promise.all([
    parts.add(async () =>
      startClientAppHost({
        port: ports.clientApp,
        folder: `${dist}client-app`,
        settings: await clientAppSettings(emulators, options),
      }),
    ),
    ...(emulatorsOnly
      ? []
      : [
          startApi('original-api', emulators, options, func),
          startApi('downstream-api', emulators, options, func),
        ]),
  ]);

  const runner = func
    ? `func (${func})`
    : "this repository's functions host, since there is no func on the PATH";
  const host = options.packaged ? `${runner}; what runs is what is deployed` : runner;
  const seconds = (performance.now() - begun) / 1_000;
  const localSettings =
    emulatorsOnly && !json
      ? { localSettings: offerLocalSettings(oneHostSettings(emulators, ports)) }
      : {};
  if (json) console.log(JSON.stringify(describeForMachines(emulators, options, hosts)));
  else console.log(summarize(emulators, options, { seconds, host, ...localSettings }));
}

async function makeApps(
  { packaged, emulatorsOnly }: StartOptions,
  say: (line: string) => void,
): Promise<void> {
  const built = await build(building.signal);
  say(built ? 'Built the APIs and the Client App.' : 'The build is up to date.');
  if (!packaged || emulatorsOnly) return;
  await packageApis();
  say('Packaged both APIs.');
}

async function startSeededEmulators({
  ports,
  dataDir,
  directoryFile,
}: StartOptions): Promise<Emulators> {
  const emulators = await parts.add(() =>
    startEmulators({
      emulatorPort: ports.emulators,
      tablePort: ports.table,
      clientAppOrigin: `http://localhost:${ports.clientApp}`,
      dataDir,
      ...(directoryFile !== undefined && {
        directoryFile: resolve(process.env.INIT_CWD ?? '.', directoryFile),
      }),
    }),
  );
  await seed(emulators);
  return emulators;
}

function startApi(
  api: Api,
  emulators: Emulators,
  { ports, overrides, packaged }: StartOptions,
  func: string | undefined,
) {
  const port = api === 'original-api' ? ports.original : ports.downstream;
  const env = apiSettings(api, emulators, ports, overrides);
  const log = (line: string) => console.log(line);
  if (func)
    return parts.add(() =>
      startCoreTools({ func, api, packaged, port, env, log, onExit: (cause) => void fail(cause) }),
    );
  const entry = join(packaged ? artefactOf(api) : join(dist, api), 'functions.js');
  return parts.add(() =>
    startFunctionsHost({ name: api, port, entry, env, recorder: emulators.context.recorder, log }),
  );
}

async function clientAppSettings({ context, controlToken }: Emulators, { ports }: StartOptions) {
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

function describeForMachines(
  { context, tableEndpoint }: Emulators,
  { ports, dataDir }: StartOptions,
  hosts: readonly object[],
) {
  return {
    ready: true,
    urls: {
      clientApp: context.clientAppOrigin,
      originalApi: `http://localhost:${ports.original}/api`,
      downstreamApi: `http://localhost:${ports.downstream}/api/downstream`,
      emulators: context.origin,
      tables: tableEndpoint,
    },
    dataDir,
    controlFile: `${dataDir}/control.json`,
    pids: [
      process.pid,
      ...hosts.map((host) => (host as Partial<FunctionsHost>).workerPid?.()),
    ].filter((pid) => pid !== undefined),
  };
}

/** Stops everything and ends with the cause, once; whatever breaks while it stops has the same cause and goes unsaid. */
async function fail(cause: unknown): Promise<void> {
  if (parts.stopping()) return;
  building.abort();
  await parts.stop();
  const error: NodeJS.ErrnoException = cause instanceof Error ? cause : new Error(String(cause));
  const busy =
    error.code === 'EADDRINUSE'
      ? await findBusyPorts(readStartOptions(process.argv.slice(2), process.env).ports)
      : [];
  // A mistake in our own code needs its place; everything else was written for the person who reads it.
  const words = /^(Type|Reference|Range)Error$/.test(error.name) ? error.stack : error.message;
  console.error(busy.length > 0 ? busy.join('\n') : words);
  process.exit(1);
}

/** npm and the terminal both send Ctrl-C on, so two signals within a second are one; a later one is a person who will not wait. */
function onSignal(): void {
  firstSignalAt ??= performance.now();
  if (performance.now() - firstSignalAt > 1_000) process.exit(1);
  if (parts.stopping()) return;
  console.error('Stopping …');
  building.abort();
  void parts.stop().then(() => process.exit(0));
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
// Whoever started this process has gone, killed perhaps.
process.on('disconnect', onSignal);
process.channel?.unref();
process.on('uncaughtException', (cause) => void fail(cause));

try {
  await start(readStartOptions(process.argv.slice(2), process.env));
} catch (cause) {
  await fail(cause);
}

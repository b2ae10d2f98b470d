/** `npm start` and `npm run stand`: the whole chain on this machine, from one command to Ctrl-C. */
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { apiSettings, oneHostSettings } from './api-settings.ts';
import { build } from './build.ts';
import { startClientAppHost } from './client-app-host.ts';
import { findFunc, startCoreTools } from './core-tools.ts';
import { prepareDataDir } from './data-dir.ts';
import { type FunctionsHost, startFunctionsHost } from './functions-host/host.ts';
import { offerLocalSettings } from './local-settings.ts';
import { type Api, artefactOf, packageApis } from './packaging/package-api.ts';
import { createParts } from './parts.ts';
import { findBusyPorts } from './ports.ts';
import { seed } from './seed.ts';
import { type Stand, startStand } from './stand.ts';
import { readStartOptions, type StartOptions } from './start-options.ts';
import { summarize } from './start-summary.ts';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const parts = createParts((line) => console.error(line));
const building = new AbortController();
let firstSignalAt: number | undefined;

async function start(options: StartOptions): Promise<void> {
  const begun = performance.now();
  const { ports, standOnly, json } = options;
  const say = json ? console.error : console.log;
  const busy = await findBusyPorts(standOnly ? { stand: ports.stand, clientApp: ports.clientApp, table: ports.table } : ports);
  if (busy.length > 0) throw new Error(busy.join('\n'));
  prepareDataDir(options.dataDir, options.fresh);

  say('Starting the stand: Entra, Key Vault, managed identity, tables …');
  const [stand] = await Promise.all([startSeededStand(options), makeApps(options, say)]);
  say(standOnly ? 'Starting the Client App …' : 'Starting the Client App and both APIs …');
  const func = standOnly ? undefined : findFunc(process.env.PATH);
  const [, ...hosts] = await Promise.all([
    parts.add(async () =>
      startClientAppHost({ port: ports.clientApp, folder: `${dist}client-app`, settings: await clientAppSettings(stand, options) }),
    ),
    ...(standOnly ? [] : [startApi('original-api', stand, options, func), startApi('downstream-api', stand, options, func)]),
  ]);

  const runner = func ? `func (${func})` : "this repository's functions host, since there is no func on the PATH";
  const host = options.packaged ? `${runner}; what runs is what is deployed` : runner;
  const seconds = (performance.now() - begun) / 1_000;
  const localSettings = standOnly && !json ? { localSettings: offerLocalSettings(oneHostSettings(stand, ports)) } : {};
  if (json) console.log(JSON.stringify(describeForMachines(stand, options, hosts)));
  else console.log(summarize(stand, options, { seconds, host, ...localSettings }));
}

async function makeApps({ packaged, standOnly }: StartOptions, say: (line: string) => void): Promise<void> {
  const built = await build(building.signal);
  say(built ? 'Built the APIs and the Client App.' : 'The build is up to date.');
  if (!packaged || standOnly) return;
  await packageApis();
  say('Packaged both APIs.');
}

async function startSeededStand({ ports, dataDir, directoryFile }: StartOptions): Promise<Stand> {
  const stand = await parts.add(() =>
    startStand({
      standPort: ports.stand,
      tablePort: ports.table,
      clientAppOrigin: `http://localhost:${ports.clientApp}`,
      dataDir,
      ...(directoryFile !== undefined && { directoryFile: resolve(process.env.INIT_CWD ?? '.', directoryFile) }),
    }),
  );
  await seed(stand);
  return stand;
}

function startApi(api: Api, stand: Stand, { ports, overrides, packaged }: StartOptions, func: string | undefined) {
  const port = api === 'original-api' ? ports.original : ports.downstream;
  const env = apiSettings(api, stand, ports, overrides);
  const log = (line: string) => console.log(line);
  if (func) return parts.add(() => startCoreTools({ func, api, packaged, port, env, log, onExit: (cause) => void fail(cause) }));
  const entry = join(packaged ? artefactOf(api) : join(dist, api), 'functions.js');
  return parts.add(() => startFunctionsHost({ name: api, port, entry, env, recorder: stand.context.recorder, log }));
}

async function clientAppSettings({ context, controlToken }: Stand, { ports }: StartOptions) {
  const { origin, directory } = context;
  const tenant = directory.homeTenant.id;
  const metadata = await fetch(`${origin}/${tenant}/v2.0/.well-known/openid-configuration`);
  return {
    authority: `https://localhost:${ports.stand}/${tenant}`,
    clientId: directory.app('client-app')?.appId ?? '',
    knownAuthorities: [`localhost:${ports.stand}`],
    authorityMetadata: await metadata.text(),
    originalApiUrl: `http://localhost:${ports.original}/api`,
    originalApiId: `api://${directory.app('original-api')?.appId}`,
    stand: { controlUrl: `${origin}/control`, controlToken },
  };
}

function describeForMachines({ context, tableEndpoint }: Stand, { ports, dataDir }: StartOptions, hosts: readonly object[]) {
  return {
    ready: true,
    urls: {
      clientApp: context.clientAppOrigin,
      originalApi: `http://localhost:${ports.original}/api`,
      downstreamApi: `http://localhost:${ports.downstream}/api/downstream`,
      stand: context.origin,
      tables: tableEndpoint,
    },
    dataDir,
    controlFile: `${dataDir}/control.json`,
    pids: [process.pid, ...hosts.map((host) => (host as Partial<FunctionsHost>).workerPid?.())].filter((pid) => pid !== undefined),
  };
}

/** Stops everything and ends with the cause, once; whatever breaks while it stops has the same cause and goes unsaid. */
async function fail(cause: unknown): Promise<void> {
  if (parts.stopping()) return;
  building.abort();
  await parts.stop();
  const error: NodeJS.ErrnoException = cause instanceof Error ? cause : new Error(String(cause));
  const busy = error.code === 'EADDRINUSE' ? await findBusyPorts(readStartOptions(process.argv.slice(2), process.env).ports) : [];
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

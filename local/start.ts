/** `npm start` and `npm run emulators`: runs the whole chain on this machine until Ctrl-C. */
import { describeError, runCommand } from '../tools/command-line.ts';
import { createSingleHostSettings } from './api-settings.ts';
import { describeBusyPorts } from './busy-ports.ts';
import { type RunningChain, startChain } from './chain.ts';
import { findFunc } from './core-tools.ts';
import { prepareDataDir } from './data-dir.ts';
import { writeLocalSettings } from './local-settings.ts';
import { readStartOptions, type StartOptions, startCommand } from './start-options.ts';
import { formatSummary } from './start-summary.ts';
import { createTeardown } from './teardown.ts';

/** npm and the terminal both forward Ctrl-C, so two signals within this time are one. */
const sameSignalMilliseconds = 1_000;

const teardown = createTeardown((line) => console.error(line));
const building = new AbortController();
let firstSignalAt: number | undefined;

async function start(options: StartOptions): Promise<void> {
  const startedAt = performance.now();
  const busy = await describeBusyPorts(usedPorts(options));
  if (busy !== undefined) throw new Error(busy);
  prepareDataDir(options.dataDir, options.fresh);

  const func = options.emulatorsOnly ? undefined : findFunc(process.env.PATH);
  const chain = await startChain(options, {
    teardown,
    signal: building.signal,
    func,
    report: options.json ? console.error : console.log,
    onFailure: (cause) => void fail(cause),
  });
  if (options.json) {
    console.log(formatReadyLine(chain, options));
    return;
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  const host = describeHost(func, options);
  const localSettings = options.emulatorsOnly ? offerLocalSettings(chain, options) : undefined;
  console.log(formatSummary(chain.emulators, options, { seconds, host, localSettings }));
}

/** The ports of the parts that start. */
function usedPorts({ ports, emulatorsOnly }: StartOptions): Partial<StartOptions['ports']> {
  const { emulators, clientApp, table } = ports;
  return emulatorsOnly ? { emulators, clientApp, table } : ports;
}

function describeHost(func: string | undefined, { packaged }: StartOptions): string {
  const host = func
    ? `func (${func})`
    : "this repository's functions host, because func is not on the PATH";
  return packaged ? `${host}, with the deployable bundles` : host;
}

/** Prepares `func start`, which runs both APIs in one host. */
function offerLocalSettings({ emulators }: RunningChain, { ports }: StartOptions): string {
  return writeLocalSettings(createSingleHostSettings(emulators, ports));
}

/** The line of `--json`. */
function formatReadyLine(
  { emulators, workerPids }: RunningChain,
  { ports, dataDir }: StartOptions,
): string {
  const { context, tableEndpoint } = emulators;
  return JSON.stringify({
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
    pids: [process.pid, ...workerPids],
  });
}

/** Stops everything, prints the cause and exits. Later failures have the same cause. */
async function fail(cause: unknown): Promise<void> {
  if (teardown.hasBegun()) return;
  building.abort();
  await teardown.run();
  console.error(await explain(cause));
  process.exit(1);
}

/** A port can be taken after the check at the start. */
async function explain(cause: unknown): Promise<string> {
  const message = describeError(cause);
  if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') return message;
  const options = readStartOptions(process.argv.slice(2), process.env);
  return (await describeBusyPorts(usedPorts(options))) ?? message;
}

/** A second Ctrl-C, more than a second after the first, ends the process immediately. */
function onSignal(): void {
  firstSignalAt ??= performance.now();
  if (performance.now() - firstSignalAt > sameSignalMilliseconds) process.exit(1);
  if (teardown.hasBegun()) return;
  console.error('Stopping …');
  building.abort();
  void teardown.run().then(() => process.exit(0));
}

await runCommand(startCommand, async () => {
  const options = readStartOptions(process.argv.slice(2), process.env);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  // The parent process has ended, perhaps because it was killed.
  process.on('disconnect', onSignal);
  process.channel?.unref();
  process.on('uncaughtException', (cause) => void fail(cause));
  try {
    await start(options);
  } catch (cause) {
    await fail(cause);
  }
});

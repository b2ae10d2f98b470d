/**
 * The child process that runs Azurite's table service on a free loopback port and sends the port to
 * its parent. Argument: the data folder. It saves and exits when the IPC channel closes, so it ends
 * even when the parent was killed. Azurite's own program saves on SIGINT only, not on SIGTERM, and
 * continues to run when its parent ends.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** The part of Azurite's `TableServer` that is used here. */
interface TableServer {
  start(): Promise<void>;
  close(): Promise<void>;
  getHttpServerAddress(): string;
}

const require = createRequire(import.meta.url);
const { default: TableConfiguration } = require('azurite/dist/src/table/TableConfiguration.js');
const { default: TableServer } = require('azurite/dist/src/table/TableServer.js');
const { AzuriteTelemetryClient } = require('azurite/dist/src/common/Telemetry.js');

process.umask(0o077);

// Turns telemetry off, as `--disableTelemetry` does. Otherwise Azurite reports to Microsoft.
AzuriteTelemetryClient.init('', false);

const host = '127.0.0.1';
const anyPort = 0;
/** Longer than any session, so that Azurite does not close a connection that the proxy reuses. */
const keepAliveTimeoutSeconds = 86_400;
const dataFile = join(process.argv[2] ?? '.', '__azurite_db_table__.json');
const writesDebugLog = false;
const writesAccessLog = false;
const server: TableServer = new TableServer(
  new TableConfiguration(
    host,
    anyPort,
    keepAliveTimeoutSeconds,
    dataFile,
    writesDebugLog,
    writesAccessLog,
  ),
);

let isClosing = false;
async function close(): Promise<void> {
  if (isClosing) return;
  isClosing = true;
  try {
    await server.close();
  } finally {
    process.exit();
  }
}
process.on('disconnect', close);
process.on('SIGTERM', close);
// Ctrl-C signals the whole process group. The parent decides when this process ends.
process.on('SIGINT', () => undefined);

await server.start();
process.send?.({ port: Number(new URL(server.getHttpServerAddress()).port) });

/**
 * Runs inside a child process: Azurite's table service on a free loopback port, which it tells the parent. It closes, and saves, when
 * the channel to the parent closes, so it cannot outlive a parent that was killed. Argument: the folder for the data.
 * Azurite's own program saves on SIGINT only, not on SIGTERM, and stays when its parent is gone; hence this one around the same server.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';

interface TableServer {
  start(): Promise<void>;
  close(): Promise<void>;
  getHttpServerAddress(): string;
}

const load = createRequire(import.meta.url);
const { default: TableConfiguration } = load('azurite/dist/src/table/TableConfiguration.js');
const { default: TableServer } = load('azurite/dist/src/table/TableServer.js');
const { AzuriteTelemetryClient } = load('azurite/dist/src/common/Telemetry.js');

process.umask(0o077);
// What `--disableTelemetry` does: without it Azurite reports to Microsoft.
AzuriteTelemetryClient.init('', false);
const noKeepAliveLimitSeconds = 86_400;
const file = join(process.argv[2] ?? '.', '__azurite_db_table__.json');
const server: TableServer = new TableServer(
  new TableConfiguration('127.0.0.1', 0, noKeepAliveLimitSeconds, file, false, false),
);

let closing = false;
async function close(): Promise<void> {
  if (closing) return;
  closing = true;
  await server.close().finally(() => process.exit());
}
process.on('disconnect', close);
process.on('SIGTERM', close);
// Ctrl-C reaches the whole group of processes; the parent decides when this one ends.
process.on('SIGINT', () => undefined);

await server.start();
process.send?.({ port: Number(new URL(server.getHttpServerAddress()).port) });

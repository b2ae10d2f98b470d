/**
 * Loads one app in a new process, as a Functions worker does, and prints how many milliseconds
 * that took: `node load-probe.ts ENTRY [BEGIN_MARK END_MARK]`.
 */
// Microsoft's worker speaks gRPC to its host, so it has loaded these before it loads an app.
import 'node:dns';
import 'node:http2';
import 'node:tls';
import 'node:zlib';
import { openSync } from 'node:fs';
import { installCoreModule } from '../functions-worker/core-module.ts';
import { loadApp } from '../functions-worker/load-app.ts';

/** Opens a file that does not exist, so that its name appears in a trace of the system calls. */
function leaveMark(name: string): void {
  try {
    openSync(name, 'r');
  } catch {
    // The attempt is in the trace.
  }
}

const [entry = '', beginMark = '', endMark = ''] = process.argv.slice(2);
const core = installCoreModule(() => {});
leaveMark(beginMark);
const startedAt = performance.now();
await loadApp(entry);
const milliseconds = performance.now() - startedAt;
leaveMark(endMark);
if (core.httpFunctions().length === 0) throw new Error(`${entry} registered no function.`);
process.stdout.write(String(milliseconds));
process.exit(0);

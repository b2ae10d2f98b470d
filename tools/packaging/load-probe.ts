/** Loads one app once, in a process of its own, as a Functions worker does, and prints how many milliseconds that took. */
// Microsoft's worker speaks gRPC to its host, so these are there before any app is.
import 'node:dns';
import 'node:http2';
import 'node:tls';
import 'node:zlib';
import { openSync } from 'node:fs';
import { installCoreModule } from '../functions-worker/core-module.ts';
import { loadApp } from '../functions-worker/load-app.ts';

/** Leaves a line in a list of system calls. */
function mark(name: string): void {
  try {
    openSync(name, 'r');
  } catch {
    // There is no such file; that it was asked for is all.
  }
}

const [entry = '', begins = '', ends = ''] = process.argv.slice(2);
const core = installCoreModule(() => {});
mark(begins);
const begun = performance.now();
await loadApp(entry);
const milliseconds = performance.now() - begun;
mark(ends);
if (core.httpFunctions().length === 0) throw new Error(`${entry} registered no function.`);
process.stdout.write(String(milliseconds));
process.exit(0);

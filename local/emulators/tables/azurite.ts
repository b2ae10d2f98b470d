import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Azurite {
  /** On 127.0.0.1. */
  readonly port: number;
  /** Saves and ends the child; safe to call twice and after its death. */
  close(): Promise<void>;
}

const program = new URL('azurite-child.ts', import.meta.url);
const closeWithin = 10_000;

/**
 * Starts Azurite's table service as a child process with its data in `folder`, without proxies and telemetry: it calls nobody.
 * Rejects when the child ends before it listens, with what it wrote to its error stream.
 */
export async function startAzurite(folder: string): Promise<Azurite> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/proxy$|^node_options$|^azurite/i.test(name)),
  );
  const child = fork(program, [folder], {
    env,
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let complaint = '';
  child.stderr?.on('data', (text) => {
    complaint = (complaint + text).slice(-2_000);
  });
  const ended = once(child, 'exit');
  const first = await Promise.race([once(child, 'message'), ended.then(() => undefined)]);
  if (!first) throw new Error(`The table store did not start. ${complaint.trim()}`);
  const [{ port }] = first as [{ port: number }];
  return { port, close: () => closeChild(child, ended) };
}

/** The child takes the closed channel as its order to save and leave. */
async function closeChild(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  if (child.connected) child.disconnect();
  const timer = new AbortController();
  const late = sleep(closeWithin, 'late', { signal: timer.signal, ref: false }).catch(
    () => 'in time',
  );
  if ((await Promise.race([ended, late])) === 'late') child.kill('SIGKILL');
  timer.abort();
  await ended;
}

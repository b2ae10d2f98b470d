import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** A running Azurite table service. */
export interface Azurite {
  /** The port on 127.0.0.1. */
  readonly port: number;
  /** Saves the data and ends the process. It is safe to call this twice. */
  close(): Promise<void>;
}

const program = new URL('azurite-child.ts', import.meta.url);
const closeTimeoutMs = 10_000;
/** The maximum number of characters of the child's stderr in an error message. */
const maxErrorLength = 2_000;

/** The environment without proxies and settings that would change what Azurite does. */
function createChildEnvironment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env);
  return Object.fromEntries(
    inherited.filter(([name]) => !/proxy$|^node_options$|^azurite/i.test(name)),
  );
}

/**
 * Starts Azurite's table service as a child process with its data in `folder`.
 * @throws {Error} with the child's stderr when the child exits before it listens.
 */
export async function startAzurite(folder: string): Promise<Azurite> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const child = fork(program, [folder], {
    env: createChildEnvironment(),
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let stderr = '';
  child.stderr?.on('data', (text) => {
    stderr = (stderr + text).slice(-maxErrorLength);
  });
  const exited = once(child, 'exit');
  const message = await Promise.race([once(child, 'message'), exited.then(() => undefined)]);
  if (!message) throw new Error(`Azurite exited before it was ready. ${stderr.trim()}`);
  const [{ port }] = message as [{ port: number }];
  return { port, close: () => closeChild(child, exited) };
}

/** Disconnects the child, which then saves and exits. Kills it when that takes too long. */
async function closeChild(child: ChildProcess, exited: Promise<unknown>): Promise<void> {
  if (child.connected) child.disconnect();
  const timer = new AbortController();
  const kill = async () => {
    try {
      await sleep(closeTimeoutMs, undefined, { signal: timer.signal, ref: false });
      child.kill('SIGKILL');
    } catch {
      // The child exited in time and the timer was aborted.
    }
  };
  void kill();
  await exited;
  timer.abort();
}

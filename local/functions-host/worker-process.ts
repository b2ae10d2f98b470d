import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type {
  HostMessage,
  HttpFunction,
  LoadFailedMessage,
  RpcRequest,
  RpcResponse,
  WorkerMessage,
} from '../../tools/functions-worker/messages.ts';
import { waitAtMost } from './wait-at-most.ts';

/** The options of {@link startWorker}. */
export interface WorkerOptions {
  /** The name of the app in log lines and errors. */
  readonly name: string;
  /** The absolute path of the app's entry file. */
  readonly entry: string;
  /** The whole environment of the worker. */
  readonly env: Readonly<Record<string, string>>;
  /** Receives each line that the worker prints. */
  readonly log: (line: string) => void;
}

/** A process that runs one app, and is restarted if it ends. */
export interface Worker {
  /** The HTTP functions that the app has registered. */
  readonly functions: readonly HttpFunction[];
  /** The id of the current process. A restart changes it. */
  readonly pid: () => number | undefined;
  /**
   * Runs a function. Resolves with `undefined` if the function returned nothing.
   * @throws {Error} if the function throws, if the worker ends before the function returns, and if
   *   no worker runs within 10 seconds of a crash
   */
  invoke(functionName: string, request: RpcRequest): Promise<RpcResponse | undefined>;
  /** Ends the worker. Invocations in flight fail. */
  stop(): Promise<void>;
}

interface PendingInvocation {
  resolve(response: RpcResponse | undefined): void;
  reject(error: Error): void;
}

/** A process that has loaded its app. */
interface WorkerProcess {
  readonly child: ChildProcess;
  /** The HTTP functions that the app has registered. */
  readonly functions: readonly HttpFunction[];
  readonly pending: Map<string, PendingInvocation>;
}

const loadMilliseconds = 30_000;
/** How long an invocation waits for a worker to restart, as the real host does. */
const restartMilliseconds = 10_000;
const stopMilliseconds = 5_000;
const firstRestartDelay = 250;
const longestRestartDelay = 5_000;

/**
 * Starts an app in its own process, and restarts it whenever the process ends, as the real host
 * does.
 * @throws {Error} with the app's message if the first start fails
 */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { name, log } = options;
  let stopping = false;
  let pid: number | undefined;
  let current = launch();
  const { functions } = await current;

  async function launch(): Promise<WorkerProcess> {
    const worker = await startProcess(options, onCrash);
    pid = worker.child.pid;
    return worker;
  }

  function onCrash(): void {
    if (stopping) return;
    log(`[${name}] The worker ended unexpectedly. Restarting it.`);
    current = relaunch();
    // Each invocation that waits for it handles the rejection.
    current.catch(() => {});
  }

  async function relaunch(): Promise<WorkerProcess> {
    let delay = firstRestartDelay;
    while (!stopping) {
      try {
        return await launch();
      } catch (error) {
        log(error instanceof Error ? error.message : String(error));
        await sleep(delay);
        delay = Math.min(delay * 2, longestRestartDelay);
      }
    }
    throw new Error(`[${name}] The worker is stopping.`);
  }

  return {
    functions,
    pid: () => pid,
    async invoke(functionName, request) {
      const message = `[${name}] No worker is running.`;
      const { child, pending } = await waitAtMost(restartMilliseconds, current, message);
      const id = randomUUID();
      return new Promise((resolve, reject) => {
        pending.set(id, { resolve, reject });
        send(child, { type: 'invoke', id, functionName, request });
      });
    },
    async stop() {
      stopping = true;
      let worker: WorkerProcess;
      try {
        worker = await waitAtMost(stopMilliseconds, current, 'The worker is restarting.');
      } catch {
        return;
      }
      await end(worker.child);
    },
  };
}

/** @param onCrash called if the process ends after the app has loaded */
function startProcess(options: WorkerOptions, onCrash: () => void): Promise<WorkerProcess> {
  const { name, entry, env, log } = options;
  const child = fork(fileURLToPath(new URL('./worker.ts', import.meta.url)), [entry], {
    env,
    execArgv: ['--disable-warning=ExperimentalWarning'],
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  for (const output of [child.stdout, child.stderr])
    if (output) createInterface({ input: output }).on('line', log);
  const pending: WorkerProcess['pending'] = new Map();

  return new Promise((resolve, reject) => {
    let ready = false;
    let loadError: Error | undefined;
    const loadTimer = setTimeout(() => child.kill('SIGKILL'), loadMilliseconds);
    child.on('message', (message: WorkerMessage) => {
      if (message.type === 'ready') {
        ready = true;
        clearTimeout(loadTimer);
        resolve({ child, functions: message.functions, pending });
      } else if (message.type === 'load-failed') {
        logProgrammingError(message, log);
        // The promise rejects only when the process has ended.
        loadError = new Error(`${name} did not start: ${message.message}`);
      } else {
        const invocation = pending.get(message.id);
        pending.delete(message.id);
        if (message.type === 'returned') invocation?.resolve(message.response);
        else invocation?.reject(new Error(message.stack));
      }
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      clearTimeout(loadTimer);
      for (const { reject: rejectInvocation } of pending.values())
        rejectInvocation(new Error('The worker ended before the function returned.'));
      pending.clear();
      reject(
        loadError ?? new Error(`${name} did not start: its process ended (${signal ?? code}).`),
      );
      if (ready) onCrash();
    });
  });
}

/** A configuration error explains itself. An error in the code needs its stack. */
function logProgrammingError({ stack = '' }: LoadFailedMessage, log: (line: string) => void): void {
  if (/^(Type|Reference|Syntax)Error\b/.test(stack)) log(stack);
}

function send(child: ChildProcess, message: HostMessage): void {
  // If the worker has just ended, its exit event rejects the invocation.
  child.send(message, () => {});
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const killTimer = setTimeout(() => child.kill('SIGKILL'), stopMilliseconds);
  send(child, { type: 'stop' });
  await ended;
  clearTimeout(killTimer);
}

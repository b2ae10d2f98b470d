import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type {
  FromWorker,
  HttpFunction,
  RpcAnswer,
  RpcRequest,
  ToWorker,
} from '../../tools/functions-worker/messages.ts';

export interface WorkerOptions {
  readonly name: string;
  /** The app's entry file, absolute. */
  readonly entry: string;
  /** The whole environment of the worker. */
  readonly env: Readonly<Record<string, string>>;
  readonly log: (line: string) => void;
}

export interface Worker {
  readonly functions: readonly HttpFunction[];
  readonly pid: () => number | undefined;
  /** Runs one call. Rejects when the function throws, when the worker dies meanwhile, and when no worker is back within 10 s of a crash. */
  invoke(functionName: string, request: RpcRequest): Promise<RpcAnswer | undefined>;
  /** Ends the worker; calls still in flight fail. */
  stop(): Promise<void>;
}

interface Running {
  readonly child: ChildProcess;
  readonly functions: readonly HttpFunction[];
  readonly calls: Map<
    string,
    { resolve(answer: RpcAnswer | undefined): void; reject(error: Error): void }
  >;
}

const loadDeadline = 30_000;
const restartPatience = 10_000;
const stopPatience = 5_000;

/**
 * Starts an app in a process of its own and starts it again whenever it dies, as the real host does.
 * Rejects with the app's own message when its first start fails.
 */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  let stopping = false;
  let pid: number | undefined;
  let current = launch();
  const { functions } = await current;

  async function launch(): Promise<Running> {
    const running = await startOnce(options, () => {
      if (stopping) return;
      options.log(`[${options.name}] The worker ended unexpectedly; starting it again.`);
      current = relaunch();
      current.catch(() => {});
    });
    pid = running.child.pid;
    return running;
  }

  async function relaunch(): Promise<Running> {
    for (let wait = 250; !stopping; wait = Math.min(wait * 2, 5_000)) {
      try {
        return await launch();
      } catch (error) {
        options.log(error instanceof Error ? error.message : String(error));
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
    throw new Error(`[${options.name}] is stopping.`);
  }

  return {
    functions,
    pid: () => pid,
    async invoke(functionName, request) {
      const running = await inTime(
        current,
        restartPatience,
        `[${options.name}] No worker is running.`,
      );
      return new Promise((resolve, reject) => {
        const id = randomUUID();
        running.calls.set(id, { resolve, reject });
        send(running.child, { type: 'invoke', id, functionName, request });
      });
    },
    async stop() {
      stopping = true;
      const running = await inTime(current, stopPatience, '').catch(() => undefined);
      if (running) await end(running.child);
    },
  };
}

function startOnce(
  { name, entry, env, log }: WorkerOptions,
  onCrash: () => void,
): Promise<Running> {
  const child = fork(fileURLToPath(new URL('./worker.ts', import.meta.url)), [entry], {
    env,
    execArgv: ['--disable-warning=ExperimentalWarning'],
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  for (const output of [child.stdout, child.stderr])
    if (output) createInterface({ input: output }).on('line', log);
  const calls: Running['calls'] = new Map();
  return new Promise((resolve, reject) => {
    let ready = false;
    let failure: Error | undefined;
    const late = setTimeout(() => child.kill('SIGKILL'), loadDeadline);
    child.on('message', (message: FromWorker) => {
      if (message.type === 'ready') {
        ready = true;
        clearTimeout(late);
        resolve({ child, functions: message.functions, calls });
      } else if (message.type === 'failed') {
        if (/^(Type|Reference|Syntax)Error\b/.test(message.stack ?? '')) log(message.stack ?? '');
        // Told once its process is gone, so that nothing of it is left.
        failure = new Error(`${name} did not start: ${message.message}`);
      } else {
        const call = calls.get(message.id);
        calls.delete(message.id);
        if (message.type === 'answered') call?.resolve(message.answer);
        else call?.reject(new Error(message.stack));
      }
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      clearTimeout(late);
      for (const call of calls.values())
        call.reject(new Error('The worker ended while the call was in flight.'));
      calls.clear();
      reject(failure ?? new Error(`${name} did not start: its process ended (${signal ?? code}).`));
      if (ready) onCrash();
    });
  });
}

function send(child: ChildProcess, message: ToWorker): void {
  // A worker that has just died fails its calls in its exit event.
  child.send(message, () => {});
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const late = setTimeout(() => child.kill('SIGKILL'), stopPatience);
  send(child, { type: 'stop' });
  await ended;
  clearTimeout(late);
}

function inTime<T>(promise: Promise<T>, milliseconds: number, message: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(message)), milliseconds);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

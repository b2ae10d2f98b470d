/**
 * The process that runs one app, as Microsoft's Node.js worker does: it loads the entry file that
 * its argument names through the real `@azure/functions`, and runs the invocations that the host
 * sends. An unhandled rejection ends the process, as it ends the real worker.
 */
import { installCoreModule } from '../../tools/functions-worker/core-module.ts';
import { loadApp } from '../../tools/functions-worker/load-app.ts';
import type {
  HostMessage,
  InvokeMessage,
  RpcResponse,
  WorkerMessage,
} from '../../tools/functions-worker/messages.ts';

const core = installCoreModule((line) => console.log(line));
/** Hooks of the app share this object for the lifetime of the process. */
const appHookData = {};

/** Resolves once the message has been sent, so that the process may end. */
function send(message: WorkerMessage): Promise<void> {
  return new Promise((resolve) => process.send?.(message, undefined, undefined, () => resolve()));
}

async function load(entry: string): Promise<void> {
  try {
    await loadApp(entry);
    await core.lock();
    await core.runHooks('appStart', { hookData: {}, appHookData });
    await send({ type: 'ready', functions: core.httpFunctions() });
  } catch (cause) {
    const error = cause instanceof Error ? cause : new Error(String(cause));
    await send({ type: 'load-failed', message: error.message, stack: error.stack });
    process.exit(1);
  }
}

/** Runs one invocation and sends its result to the host. */
async function handleInvocation(message: InvokeMessage): Promise<void> {
  const { id } = message;
  try {
    const response = await invoke(message);
    await send({ type: 'returned', id, response });
  } catch (error) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    await send({ type: 'threw', id, stack });
  }
}

async function invoke(message: InvokeMessage): Promise<RpcResponse | undefined> {
  const { id, functionName, request } = message;
  const { model, setState } = core.createInvocation(functionName, id, request);
  const { context, inputs } = await model.getArguments();
  const hookData = {};
  const before = {
    hookData,
    appHookData,
    invocationContext: context,
    functionCallback: core.callback(functionName),
    inputs,
  };
  await core.runHooks('preInvocation', before);

  // A hook may have replaced the inputs and the callback.
  const after = {
    hookData,
    appHookData,
    invocationContext: context,
    inputs: before.inputs,
    result: null as unknown,
    error: null as unknown,
  };
  try {
    after.result = await model.invokeFunction(context, before.inputs, before.functionCallback);
  } catch (error) {
    after.error = error;
  }
  setState('postInvocationHooks');
  await core.runHooks('postInvocation', after);

  // A hook may have replaced the result or the error.
  if (after.error) throw after.error;
  const { returnValue } = await model.getResponse(context, after.result);
  return returnValue?.http as RpcResponse | undefined;
}

async function stop(): Promise<void> {
  try {
    await core.runHooks('appTerminate', { hookData: {}, appHookData });
  } catch (error) {
    console.error(error);
  }
  process.exit(0);
}

process.on('message', (message: HostMessage) => {
  if (message.type === 'stop') void stop();
  else void handleInvocation(message);
});
process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches every process of the terminal. The host first waits for the requests in flight,
// and then sends a stop message.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});

await load(process.argv[2] ?? '');

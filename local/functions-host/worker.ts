/**
 * The process that runs one app, as Microsoft's Node.js worker does: loads the entry file given as its argument through the real
 * `@azure/functions` and runs calls that the host sends. An unhandled rejection ends it, as it ends the real one.
 */
import { installCoreModule } from '../../tools/functions-worker/core-module.ts';
import { loadApp } from '../../tools/functions-worker/load-app.ts';
import type {
  FromWorker,
  RpcAnswer,
  RpcRequest,
  ToWorker,
} from '../../tools/functions-worker/messages.ts';

const core = installCoreModule((line) => console.log(line));
const appHookData = {};

function tell(message: FromWorker): Promise<void> {
  return new Promise((resolve) => process.send?.(message, undefined, undefined, () => resolve()));
}

async function load(entry: string): Promise<void> {
  try {
    await loadApp(entry);
    await core.lock();
    await core.runHooks('appStart', { hookData: {}, appHookData });
    await tell({ type: 'ready', functions: core.httpFunctions() });
  } catch (cause) {
    const error = cause instanceof Error ? cause : new Error(String(cause));
    await tell({ type: 'failed', message: error.message, stack: error.stack });
    process.exit(1);
  }
}

async function invoke(
  id: string,
  functionName: string,
  request: RpcRequest,
): Promise<RpcAnswer | undefined> {
  const { model, setState } = core.createModel(functionName, id, request);
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
  if (after.error) throw after.error;
  const response = await model.getResponse(context, after.result);
  return response.returnValue?.http as RpcAnswer | undefined;
}

async function stop(): Promise<void> {
  await core
    .runHooks('appTerminate', { hookData: {}, appHookData })
    .catch((error) => console.error(error));
  process.exit(0);
}

process.on('message', (message: ToWorker) => {
  if (message.type === 'stop') return void stop();
  const { id, functionName, request } = message;
  invoke(id, functionName, request).then(
    (answer) => tell({ type: 'answered', id, answer }),
    (error) =>
      tell({
        type: 'threw',
        id,
        stack: error instanceof Error ? (error.stack ?? error.message) : String(error),
      }),
  );
});
process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches every process of the terminal; the host finishes what is in flight first and then says stop.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});

await load(process.argv[2] ?? '');

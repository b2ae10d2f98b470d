import Module from 'node:module';
import type { HttpFunction, RpcRequest } from './messages.ts';

type Callback = (...inputs: unknown[]) => unknown;
type Hook = (context: Record<string, unknown>) => unknown;

interface Binding {
  readonly type: string;
  readonly direction: string;
  readonly route?: string;
  readonly methods?: readonly string[];
}

interface FunctionMetadata {
  readonly name: string;
  readonly bindings: Readonly<Record<string, Binding>>;
}

/** The half of the library that runs one call: made per invocation by the programming model that the library registers. */
export interface InvocationModel {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>;
  invokeFunction(context: unknown, inputs: unknown[], handler: Callback): Promise<unknown>;
  getResponse(
    context: unknown,
    result: unknown,
  ): Promise<{ returnValue?: { http?: object } | null }>;
}

interface ProgrammingModel {
  readonly name: string;
  getInvocationModel(context: object): InvocationModel;
  getCapabilities(capabilities: object): Promise<object>;
}

/** What an app registered while it loaded. */
export interface CoreModule {
  readonly httpFunctions: () => readonly HttpFunction[];
  readonly callback: (functionName: string) => Callback;
  readonly createModel: (
    functionName: string,
    id: string,
    request: RpcRequest,
  ) => { model: InvocationModel; setState(state: string | undefined): void };
  readonly runHooks: (name: string, context: Record<string, unknown>) => Promise<void>;
  /** To be called once the app has loaded: from here on the library refuses changes to its set-up. */
  readonly lock: () => Promise<void>;
}

/**
 * Supplies `@azure/functions-core`, which exists only inside a worker, to the real `@azure/functions`
 * as Microsoft's worker does: by intercepting `require` (azure-functions-nodejs-worker, setupCoreModule.ts).
 * `log` gets the app's own lines; what the library says about itself at debug level is left out.
 */
export function installCoreModule(log: (line: string) => void): CoreModule {
  const functions = new Map<string, { metadata: FunctionMetadata; callback: Callback }>();
  const hooks = new Map<string, Hook[]>();
  let programmingModel: ProgrammingModel | undefined;
  let locked = false;

  const write = (level: string, category: string, message: string) => {
    if (category === 'user' || level === 'warning' || level === 'error' || level === 'critical')
      log(message);
  };
  const disposable = (dispose: () => void) => ({ dispose });
  const core = {
    version: '3.13.0',
    hostVersion: '4.1037.0',
    registerFunction(metadata: FunctionMetadata, callback: Callback) {
      if (locked) throw new Error('A function can only be registered during app startup.');
      if (functions.has(metadata.name))
        throw new Error(`A function with the name "${metadata.name}" has already been registered.`);
      functions.set(metadata.name, { metadata, callback });
      return disposable(() => functions.delete(metadata.name));
    },
    registerHook(name: string, hook: Hook) {
      hooks.set(name, [...(hooks.get(name) ?? []), hook]);
      return disposable(() =>
        hooks.set(
          name,
          (hooks.get(name) ?? []).filter((entry) => entry !== hook),
        ),
      );
    },
    setProgrammingModel(model: ProgrammingModel) {
      programmingModel = model;
    },
    getProgrammingModel: () => programmingModel,
    log: write,
  };

  const prototype: { require(id: string): unknown } = Module.prototype;
  const original = prototype.require;
  prototype.require = function (this: unknown, id: string) {
    return id === '@azure/functions-core'
      ? core
      : original.call(this as { require(id: string): unknown }, id);
  };

  const registered = (name: string) => {
    const entry = functions.get(name);
    if (!entry) throw new Error(`The function ${name} is not registered.`);
    return entry;
  };

  return {
    httpFunctions: () => [...functions.values()].map(({ metadata }) => describe(metadata)),
    callback: (name) => registered(name).callback,
    createModel(name, id, request) {
      const { metadata } = registered(name);
      if (!programmingModel) throw new Error('The app did not load @azure/functions.');
      const input = Object.keys(metadata.bindings).find(
        (key) => metadata.bindings[key]?.type === 'httpTrigger',
      );
      const { traceparent, tracestate } = request.headers;
      const context = {
        invocationId: id,
        metadata,
        state: undefined as string | undefined,
        request: {
          invocationId: id,
          functionId: name,
          inputData: [{ name: input, data: { http: request } }],
          traceContext: {
            traceParent: traceparent ?? '',
            traceState: tracestate ?? '',
            attributes: {},
          },
        },
        log: write,
      };
      return {
        model: programmingModel.getInvocationModel(context),
        setState: (state) => (context.state = state),
      };
    },
    async runHooks(name, context) {
      for (const hook of hooks.get(name) ?? []) await hook(context);
    },
    async lock() {
      locked = true;
      await programmingModel?.getCapabilities({});
    },
  };
}

function describe(metadata: FunctionMetadata): HttpFunction {
  const trigger = Object.values(metadata.bindings).find(
    (binding) => binding.type === 'httpTrigger',
  );
  if (!trigger)
    throw new Error(
      `The local functions host runs HTTP functions only, and ${metadata.name} is not one.`,
    );
  return {
    name: metadata.name,
    route: trigger.route ?? metadata.name,
    methods: (trigger.methods ?? []).map((method) => method.toUpperCase()),
  };
}

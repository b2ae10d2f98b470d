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

interface RegisteredFunction {
  readonly metadata: FunctionMetadata;
  readonly callback: Callback;
}

/** The part of `@azure/functions` that runs one invocation. */
export interface InvocationModel {
  /** Creates the arguments of the function. */
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>;
  /** Calls the function. */
  invokeFunction(context: unknown, inputs: unknown[], handler: Callback): Promise<unknown>;
  /** Encodes the result of the function for the host. */
  getResponse(
    context: unknown,
    result: unknown,
  ): Promise<{ returnValue?: { http?: object } | null }>;
}

/** The object that `@azure/functions` registers with the worker when it loads. */
interface ProgrammingModel {
  readonly name: string;
  getInvocationModel(context: object): InvocationModel;
  getCapabilities(capabilities: object): Promise<object>;
}

/** One invocation that has not run yet. */
export interface Invocation {
  /** Runs the invocation. */
  readonly model: InvocationModel;
  /** Sets the state that `@azure/functions` reads during hooks. */
  setState(state: string | undefined): void;
}

/** Gives access to what an app registered while it loaded. */
export interface CoreModule {
  /** The HTTP functions of the app. */
  readonly httpFunctions: () => readonly HttpFunction[];
  /** The code of a function. Throws for an unknown name. */
  readonly callback: (functionName: string) => Callback;
  /** Prepares the invocation of a function. Throws for an unknown name. */
  readonly createInvocation: (functionName: string, id: string, request: RpcRequest) => Invocation;
  /** Runs the hooks of one kind in the order of their registration. */
  readonly runHooks: (name: string, context: Record<string, unknown>) => Promise<void>;
  /** Call this after the app has loaded. The app can then register no more functions. */
  readonly lock: () => Promise<void>;
}

/** The versions that the library sees. */
const workerVersion = '3.13.0';
const hostVersion = '4.1037.0';

/** The levels at which the library's own log lines are shown. */
const shownLevels: readonly string[] = ['warning', 'error', 'critical'];

/**
 * Provides `@azure/functions-core` to the real `@azure/functions`. That module exists only inside a
 * worker. Like Microsoft's worker, this intercepts `require`. Source: setupCoreModule.ts of
 * azure-functions-nodejs-worker.
 * @param log receives the app's log lines, and the library's warnings and errors
 */
export function installCoreModule(log: (line: string) => void): CoreModule {
  const functions = new Map<string, RegisteredFunction>();
  const hooks = new Map<string, Hook[]>();
  let programmingModel: ProgrammingModel | undefined;
  let locked = false;

  function write(level: string, category: string, message: string): void {
    if (category === 'user' || shownLevels.includes(level)) log(message);
  }

  function findFunction(name: string): RegisteredFunction {
    const found = functions.get(name);
    if (!found) throw new Error(`The function ${name} is not registered.`);
    return found;
  }

  const core = {
    version: workerVersion,
    hostVersion,
    registerFunction(metadata: FunctionMetadata, callback: Callback) {
      if (locked) throw new Error('A function can only be registered during app startup.');
      if (functions.has(metadata.name))
        throw new Error(`A function with the name "${metadata.name}" has already been registered.`);
      functions.set(metadata.name, { metadata, callback });
      return { dispose: () => functions.delete(metadata.name) };
    },
    registerHook(name: string, hook: Hook) {
      hooks.set(name, [...(hooks.get(name) ?? []), hook]);
      const dispose = () => {
        const others = (hooks.get(name) ?? []).filter((other) => other !== hook);
        hooks.set(name, others);
      };
      return { dispose };
    },
    setProgrammingModel(model: ProgrammingModel) {
      programmingModel = model;
    },
    getProgrammingModel: () => programmingModel,
    log: write,
  };
  interceptRequire('@azure/functions-core', core);

  return {
    httpFunctions: () => [...functions.values()].map(({ metadata }) => describeFunction(metadata)),
    callback: (name) => findFunction(name).callback,
    createInvocation(name, id, request) {
      const { metadata } = findFunction(name);
      if (!programmingModel) throw new Error('The app did not load @azure/functions.');
      const context = {
        invocationId: id,
        metadata,
        state: undefined as string | undefined,
        request: describeInvocation(metadata, id, request),
        log: write,
      };
      return {
        model: programmingModel.getInvocationModel(context),
        setState(state) {
          context.state = state;
        },
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

function interceptRequire(name: string, replacement: object): void {
  const prototype: { require(id: string): unknown } = Module.prototype;
  const original = prototype.require;
  prototype.require = function (this: typeof prototype, id: string) {
    return id === name ? replacement : original.call(this, id);
  };
}

/** An invocation request in the shape of the worker protocol. */
function describeInvocation(metadata: FunctionMetadata, id: string, request: RpcRequest) {
  const { name, bindings } = metadata;
  const input = Object.keys(bindings).find((key) => bindings[key]?.type === 'httpTrigger');
  const { traceparent = '', tracestate = '' } = request.headers;
  return {
    invocationId: id,
    functionId: name,
    inputData: [{ name: input, data: { http: request } }],
    traceContext: { traceParent: traceparent, traceState: tracestate, attributes: {} },
  };
}

function describeFunction({ name, bindings }: FunctionMetadata): HttpFunction {
  const trigger = Object.values(bindings).find(({ type }) => type === 'httpTrigger');
  if (!trigger)
    throw new Error(
      `The function ${name} has no HTTP trigger. ` +
        'The local functions host runs HTTP functions only.',
    );
  return {
    name,
    route: trigger.route ?? name,
    methods: (trigger.methods ?? []).map((method) => method.toUpperCase()),
  };
}

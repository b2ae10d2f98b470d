/**
 * The messages between the functions host and its worker. Requests and responses have the shapes
 * of Microsoft's worker protocol (`RpcHttp` in azure-functions-language-worker-protobuf), as far as
 * HTTP needs them.
 */

/** An HTTP request as the host passes it to a worker. */
export interface RpcRequest {
  readonly url: string;
  readonly method: string;
  /** Names are in lower case, and the values of repeated headers are joined. */
  readonly headers: Readonly<Record<string, string>>;
  /** The values of repeated keys are joined. */
  readonly query: Readonly<Record<string, string>>;
  /** The values of the route parameters. */
  readonly params: Readonly<Record<string, string>>;
  readonly body?: { readonly bytes: Uint8Array };
}

/** A value in the protocol's nullable form. */
export interface RpcNullable<T> {
  readonly value: T;
}

/** A cookie as `@azure/functions` encodes it. */
export interface RpcCookie {
  readonly name: string;
  readonly value: string;
  readonly domain?: RpcNullable<string> | null;
  readonly path?: RpcNullable<string> | null;
  /** Seconds since 1970. */
  readonly expires?: RpcNullable<{ readonly seconds: number }> | null;
  readonly secure?: RpcNullable<boolean> | null;
  readonly httpOnly?: RpcNullable<boolean> | null;
  readonly sameSite?: 'none' | 'lax' | 'strict' | 'explicitNone';
  /** Seconds. */
  readonly maxAge?: RpcNullable<number> | null;
}

/** The response of a function as `@azure/functions` encodes it. */
export interface RpcResponse {
  /** A decimal number. */
  readonly statusCode?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly RpcCookie[];
  readonly body?: RpcBody | null;
}

/** The body in one of three forms. */
export interface RpcBody {
  readonly bytes?: Uint8Array;
  readonly string?: string;
  readonly json?: string;
}

/** A registered HTTP function. */
export interface HttpFunction {
  readonly name: string;
  /** The route template without the prefix of host.json. */
  readonly route: string;
  /** In upper case. */
  readonly methods: readonly string[];
}

/** Runs a function. */
export interface InvokeMessage {
  readonly type: 'invoke';
  /** Identifies the invocation in the worker's reply. */
  readonly id: string;
  readonly functionName: string;
  readonly request: RpcRequest;
}

/** Ends the worker. */
export interface StopMessage {
  readonly type: 'stop';
}

export type HostMessage = InvokeMessage | StopMessage;

/** The app has loaded and registered its functions. */
export interface ReadyMessage {
  readonly type: 'ready';
  readonly functions: readonly HttpFunction[];
}

/** The app did not load. */
export interface LoadFailedMessage {
  readonly type: 'load-failed';
  readonly message: string;
  readonly stack: string | undefined;
}

/** A function has returned. */
export interface ReturnedMessage {
  readonly type: 'returned';
  readonly id: string;
  /** Absent if the function returned nothing. */
  readonly response: RpcResponse | undefined;
}

/** A function has thrown. */
export interface ThrewMessage {
  readonly type: 'threw';
  readonly id: string;
  readonly stack: string;
}

export type WorkerMessage = ReadyMessage | LoadFailedMessage | ReturnedMessage | ThrewMessage;

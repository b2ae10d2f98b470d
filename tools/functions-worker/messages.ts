/**
 * The messages between the functions host and its worker. Requests and responses have the shapes
 * of Microsoft's worker protocol (`RpcHttp` in azure-functions-language-worker-protobuf). Only the
 * members that HTTP functions need are listed.
 */

/** An HTTP request as the host passes it to a worker. */
export interface RpcRequest {
  /** The absolute URL. */
  readonly url: string;
  /** The HTTP method in upper case. */
  readonly method: string;
  /** Names are in lower case, and the values of repeated headers are joined. */
  readonly headers: Readonly<Record<string, string>>;
  /** The values of repeated keys are joined. */
  readonly query: Readonly<Record<string, string>>;
  /** The values of the route parameters. */
  readonly params: Readonly<Record<string, string>>;
  /** Absent if the body is empty. */
  readonly body?: { readonly bytes: Uint8Array };
}

/** A value in the protocol's nullable form. */
export interface RpcNullable<T> {
  /** The value itself. */
  readonly value: T;
}

/** A cookie as `@azure/functions` encodes it. */
export interface RpcCookie {
  /** The name, not yet encoded. */
  readonly name: string;
  /** The value, not yet encoded. */
  readonly value: string;
  /** The Domain attribute. */
  readonly domain?: RpcNullable<string> | null;
  /** The Path attribute. */
  readonly path?: RpcNullable<string> | null;
  /** Seconds since 1970. */
  readonly expires?: RpcNullable<{ readonly seconds: number }> | null;
  /** The Secure attribute. */
  readonly secure?: RpcNullable<boolean> | null;
  /** The HttpOnly attribute. */
  readonly httpOnly?: RpcNullable<boolean> | null;
  /** The SameSite attribute. `none` means no attribute, `explicitNone` means the value None. */
  readonly sameSite?: 'none' | 'lax' | 'strict' | 'explicitNone';
  /** Seconds. */
  readonly maxAge?: RpcNullable<number> | null;
}

/** The response of a function as `@azure/functions` encodes it. */
export interface RpcResponse {
  /** A decimal number. */
  readonly statusCode?: string;
  /** The headers, without cookies. */
  readonly headers?: Readonly<Record<string, string>>;
  /** One Set-Cookie header each. */
  readonly cookies?: readonly RpcCookie[];
  /** Absent for an empty body. */
  readonly body?: RpcBody | null;
}

/** The body in one of three forms. */
export interface RpcBody {
  /** A binary body. */
  readonly bytes?: Uint8Array;
  /** A text body. */
  readonly string?: string;
  /** A JSON body as text. */
  readonly json?: string;
}

/** A registered HTTP function. */
export interface HttpFunction {
  /** The name under which the app has registered the function. */
  readonly name: string;
  /** The route template without the prefix of host.json. */
  readonly route: string;
  /** In upper case. */
  readonly methods: readonly string[];
}

/** Runs a function. */
export interface InvokeMessage {
  /** The kind of message. */
  readonly type: 'invoke';
  /** Identifies the invocation in the worker's reply. */
  readonly id: string;
  /** The name under which the function is registered. */
  readonly functionName: string;
  /** The request for the function. */
  readonly request: RpcRequest;
}

/** Ends the worker. */
export interface StopMessage {
  /** The kind of message. */
  readonly type: 'stop';
}

/** A message from the host to its worker. */
export type HostMessage = InvokeMessage | StopMessage;

/** The app has loaded and registered its functions. */
export interface ReadyMessage {
  /** The kind of message. */
  readonly type: 'ready';
  /** The HTTP functions that the app has registered. */
  readonly functions: readonly HttpFunction[];
}

/** The app did not load. */
export interface LoadFailedMessage {
  /** The kind of message. */
  readonly type: 'load-failed';
  /** The app's error message. */
  readonly message: string;
  /** The stack of the app's error. */
  readonly stack: string | undefined;
}

/** A function has returned. */
export interface ReturnedMessage {
  /** The kind of message. */
  readonly type: 'returned';
  /** The id of the invocation. */
  readonly id: string;
  /** Absent if the function returned nothing. */
  readonly response: RpcResponse | undefined;
}

/** A function has thrown. */
export interface ThrewMessage {
  /** The kind of message. */
  readonly type: 'threw';
  /** The id of the invocation. */
  readonly id: string;
  /** The stack of the error. */
  readonly stack: string;
}

/** A message from the worker to its host. */
export type WorkerMessage = ReadyMessage | LoadFailedMessage | ReturnedMessage | ThrewMessage;

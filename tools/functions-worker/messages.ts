/** What the host and its worker say to each other, in the shapes of Microsoft's worker protocol (RpcHttp and friends) as far as HTTP needs them. */

/** An HTTP request as the real host hands it to a worker: repeated headers and query keys are joined already. */
export interface RpcRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly params: Readonly<Record<string, string>>;
  readonly body?: { readonly bytes: Uint8Array };
}

/** Strings are plain or wrapped in `{ value }`, as the library writes them. */
export interface RpcCookie {
  readonly name: string;
  readonly value: string;
  readonly domain?: { readonly value: string } | null;
  readonly path?: { readonly value: string } | null;
  readonly expires?: { readonly value: { readonly seconds: number } } | null;
  readonly secure?: { readonly value: boolean } | null;
  readonly httpOnly?: { readonly value: boolean } | null;
  readonly sameSite?: 'none' | 'lax' | 'strict' | 'explicitNone';
  readonly maxAge?: { readonly value: number } | null;
}

/** A function's answer as the library encodes it; `statusCode` is a decimal string. */
export interface RpcAnswer {
  readonly statusCode?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly RpcCookie[];
  readonly body?: {
    readonly bytes?: Uint8Array;
    readonly string?: string;
    readonly json?: string;
  } | null;
}

/** One registered HTTP function. `route` lacks the prefix; `methods` are upper case. */
export interface HttpFunction {
  readonly name: string;
  readonly route: string;
  readonly methods: readonly string[];
}

export type ToWorker =
  | {
      readonly type: 'invoke';
      readonly id: string;
      readonly functionName: string;
      readonly request: RpcRequest;
    }
  | { readonly type: 'stop' };

export type FromWorker =
  | { readonly type: 'ready'; readonly functions: readonly HttpFunction[] }
  | { readonly type: 'failed'; readonly message: string; readonly stack: string | undefined }
  | { readonly type: 'answered'; readonly id: string; readonly answer: RpcAnswer | undefined }
  | { readonly type: 'threw'; readonly id: string; readonly stack: string };

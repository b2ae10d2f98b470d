import type { LogContext } from '../api-error.ts';
import type { Caller } from '../token/caller.ts';
import type { Trace } from './trace.ts';

/** An HTTP request, independent of the framework that received it. */
export type ApiRequest = {
  /** The HTTP method, in upper case. */
  readonly method: string;

  /** The absolute URL. */
  readonly url: string;

  /** The headers. Repeated headers, including `Authorization`, are joined with commas. */
  readonly headers: { get(name: string): string | null; has(name: string): boolean };

  /** The query parameters. */
  readonly query: URLSearchParams;

  /** The values of the route's parameters, decoded. */
  readonly params: Readonly<Record<string, string>>;

  /**
   * Reads the body. `readJsonBody` also checks its size, its media type and its JSON.
   *
   * @throws {ApiError} `too_large` if the adapter limits the body and it is too long.
   */
  arrayBuffer(): Promise<ArrayBuffer>;
};

/** A request to an open method, as its handler receives it. */
export type OpenCall = {
  /** The request. */
  readonly request: ApiRequest;

  /** The request's place in a distributed trace. */
  readonly trace: Trace;

  /**
   * Aborted when the deadline of the request has passed. Pass it to every operation that can take
   * time.
   */
  readonly signal: AbortSignal;

  /** Adds fields to the log line of the request. */
  addLogContext(logContext: LogContext): void;
};

/** A request of an authorized caller, as the handler of a protected method receives it. */
export type Call = OpenCall & {
  /** The validated caller. */
  readonly caller: Caller;
};

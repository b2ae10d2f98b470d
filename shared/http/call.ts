import type { LogContext } from '../api-error.ts';
import type { Caller } from '../token/caller.ts';
import type { Trace } from './trace.ts';

/** An HTTP request, independent of the framework that received it. */
export type ApiRequest = {
  /** The HTTP method, in upper case. */
  readonly method: string;

  /** The absolute URL. */
  readonly url: string;

  /** The headers. Repeated ones are joined with commas, `Authorization` included. */
  readonly headers: { get(name: string): string | null; has(name: string): boolean };

  /** The query parameters. */
  readonly query: URLSearchParams;

  /** The values of the route's parameters, decoded. */
  readonly params: Readonly<Record<string, string>>;

  /**
   * Reads the body. {@link readJsonBody} does this and checks size, type and form.
   *
   * @throws {ApiError} `too_large` if the adapter limits the body and it is too long.
   */
  arrayBuffer(): Promise<ArrayBuffer>;
};

/** A request to an open method: what its handler works with. */
export type OpenCall = {
  /** The request. */
  readonly request: ApiRequest;

  /** The request's place in a distributed trace. */
  readonly trace: Trace;

  /** Aborted when the time for the request is over. Pass it to everything that takes time. */
  readonly signal: AbortSignal;

  /** Adds fields to the log line of the request. */
  addLogContext(logContext: LogContext): void;
};

/** A request of an authorized caller: what the handler of a protected method works with. */
export type Call = OpenCall & {
  /** The validated caller. */
  readonly caller: Caller;
};

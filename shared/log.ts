import { hash } from 'node:crypto';
import type { LogContext } from './api-error.ts';
import type { Caller } from './token/caller.ts';

/** Where log lines go: the context of a function invocation, `console`, or a logger. */
export type LogSink = {
  /** Writes the line of a request that was answered with a status below 500. */
  info(line: string): void;

  /** Writes the line of a request that was answered with a status of 500 or more. */
  error(line: string): void;
};

/** Hexadecimal digits of a pseudonym. */
const pseudonymLength = 16;

/**
 * Writes the single log line of a request. The line is JSON, so no value in it can start another
 * line.
 *
 * @example
 * ```ts
 * logRequest(context, 200, { route: 'documents/{id}', milliseconds: 12 });
 * ```
 */
export function logRequest(sink: LogSink, status: number, logContext: LogContext): void {
  const line = JSON.stringify({ status, ...logContext });
  if (status >= 500) sink.error(line);
  else sink.info(line);
}

/**
 * Returns a pseudonym of the user for the log. The same user always has the same pseudonym, so an
 * operator who knows the user's ids can find the user's lines. A line alone does not identify the
 * user.
 *
 * @example
 * ```ts
 * logRequest(context, 200, { user: pseudonymOf(caller) });
 * ```
 */
export const pseudonymOf = ({ tenantId, objectId }: Caller) =>
  hash('sha256', `${tenantId}/${objectId}`, 'hex').slice(0, pseudonymLength);

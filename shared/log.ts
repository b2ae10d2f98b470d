import { hash } from 'node:crypto';
import type { InvocationContext } from '@azure/functions';
import type { LogContext } from './api-error.ts';
import type { Caller } from './token/caller.ts';

/** Where lines go. */
export type LogSink = Pick<InvocationContext, 'info' | 'error'>;

/** Writes the one line of a request: JSON, so that nothing in it can begin another line. */
export function logRequest(sink: LogSink, status: number, logContext: LogContext): void {
  sink[status >= 500 ? 'error' : 'info'](JSON.stringify({ status, ...logContext }));
}

/** Who called, for the log: the same user gives the same text, and who knows the user can find the lines, but the text names nobody. */
export const pseudonymOf = ({ tenantId, objectId }: Caller) =>
  hash('sha256', `${tenantId}/${objectId}`, 'hex').slice(0, 16);

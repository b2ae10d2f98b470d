import { hash } from 'node:crypto';
import type { InvocationContext } from '@azure/functions';
import type { LogFacts } from './denial.ts';
import type { Trace } from './http/trace.ts';
import type { Caller } from './token/caller.ts';

/** Where lines go. */
export type LogSink = Pick<InvocationContext, 'info' | 'error'>;

/** What one request leaves in the log. */
export interface RequestLine {
  readonly api: string;
  readonly method: string;
  /** The route's template, never the path: a path can hold anything a stranger typed. */
  readonly route: string;
  readonly status: number;
  readonly milliseconds: number;
}

/** Writes the one line of a request: JSON, so that nothing in it can begin another line. */
export function logRequest(sink: LogSink, line: RequestLine, trace: Trace, caller: Caller | undefined, facts: LogFacts): void {
  const text = JSON.stringify({ ...line, ...trace, ...(caller && { user: pseudonymOf(caller), client: caller.client }), ...facts });
  if (line.status >= 500) sink.error(text);
  else sink.info(text);
}

/** Stands for the user in the log: the same user gives the same text, and who knows the user can find the lines, but the text names nobody. */
const pseudonymOf = ({ tenantId, objectId }: Caller) => hash('sha256', `${tenantId}/${objectId}`, 'hex').slice(0, 16);

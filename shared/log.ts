import { hash } from 'node:crypto';
import type { LogFacts } from './denial.ts';
import type { Trace } from './http/trace.ts';
import type { Caller } from './token/caller.ts';

/** Where lines go: `InvocationContext` of @azure/functions. */
export interface LogSink {
  info(line: string): void;
  error(line: string): void;
}

/** What one request leaves in the log. */
export interface RequestLine {
  readonly api: string;
  readonly method: string;
  /** The route's template, never the path: a path can hold anything a stranger typed. */
  readonly route: string;
  readonly status: number;
  readonly milliseconds: number;
  readonly trace: Trace;
  readonly caller: Caller | undefined;
  readonly facts: LogFacts;
}

/** Writes the one line of a request: JSON, so that nothing in it can begin another line. */
export function logRequest(sink: LogSink, { trace, caller, facts, ...line }: RequestLine): void {
  const text = JSON.stringify({ ...line, ...trace, ...(caller ? { user: pseudonymOf(caller), client: caller.client } : {}), ...facts });
  if (line.status >= 500) sink.error(text);
  else sink.info(text);
}

/** Stands for the user in the log: the same user gives the same text, and who knows the user can find the lines, but the text names nobody. */
const pseudonymOf = ({ tenantId, objectId }: Caller) => hash('sha256', `${tenantId}/${objectId}`, 'hex').slice(0, 16);

import type { RpcResponse } from '../../tools/functions-worker/messages.ts';
import type { Recorded } from '../emulators/control/recorder.ts';

/** A request to which the host has responded. Times are in milliseconds since 1970. */
export interface FinishedRequest {
  /** The API that the request was for. */
  readonly hop: 'original-api' | 'downstream-api';
  /** The HTTP method. */
  readonly method: string;
  /** The function's route template without the prefix, or `undefined` if none matched. */
  readonly route: string | undefined;
  /** The status of the response. */
  readonly status: number;
  /** The request's `traceparent` header. */
  readonly traceparent: string | undefined;
  /** The response of the function, or `undefined` if it returned nothing. */
  readonly response: RpcResponse | undefined;
  /** When the host received the request. */
  readonly startedAt: number;
  /** When the host sent the response. */
  readonly endedAt: number;
}

/**
 * Creates the entry for the recorder. It contains the route template instead of the path, so that
 * no id and no personal data gets into the record.
 */
export function describeRequest(request: FinishedRequest): Omit<Recorded, 'sequence'> {
  const { method, response, startedAt, endedAt } = request;
  const path = request.route ?? '(no such route)';
  const challenge = response?.headers?.['www-authenticate'];
  const correlationId =
    traceIdAsGuid(request.traceparent) ?? response?.headers?.['x-correlation-id'];
  return {
    at: endedAt,
    took: endedAt - startedAt,
    hop: request.hop,
    operation: `${method} ${path}`,
    status: request.status,
    ...(correlationId !== undefined && { correlationId }),
    facts: {
      method,
      path,
      ...(challenge !== undefined && { wwwAuthenticate: challenge }),
    },
  };
}

/**
 * Formats the trace id of a `traceparent` header (W3C Trace Context) as a GUID, the form in which
 * Entra's `client-request-id` carries it.
 */
function traceIdAsGuid(traceparent: string | undefined): string | undefined {
  const [, traceId] = /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(traceparent ?? '') ?? [];
  return traceId?.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

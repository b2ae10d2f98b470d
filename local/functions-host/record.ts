import type { Recorded } from '../emulators/control/recorder.ts';
import type { RpcAnswer } from '../../tools/functions-worker/messages.ts';

/** What the host knows of a finished request; times in milliseconds since 1970. */
export interface FinishedRequest {
  readonly hop: 'original-api' | 'downstream-api';
  readonly method: string;
  /** The template of the function's route without the prefix, absent where no function was found. */
  readonly route: string | undefined;
  readonly status: number;
  readonly traceparent: string | undefined;
  readonly answer: RpcAnswer | undefined;
  readonly startedAt: number;
  readonly endedAt: number;
}

/** One entry for the recorder: the route's template instead of the path, so that no id and no personal datum gets in. */
export function describeRequest(request: FinishedRequest): Omit<Recorded, 'sequence'> {
  const path = request.route ?? '(no such route)';
  const challenge = request.answer?.headers?.['www-authenticate'];
  const correlationId =
    traceAsGuid(request.traceparent) ?? request.answer?.headers?.['x-correlation-id'];
  return {
    at: request.endedAt,
    took: request.endedAt - request.startedAt,
    hop: request.hop,
    operation: `${request.method} ${path}`,
    status: request.status,
    ...(correlationId !== undefined && { correlationId }),
    facts: {
      method: request.method,
      path,
      ...(challenge !== undefined && { wwwAuthenticate: challenge }),
    },
  };
}

/** The trace id of a W3C traceparent in the form of a GUID, which is how Entra's client-request-id carries it. */
export function traceAsGuid(traceparent: string | undefined): string | undefined {
  const trace =
    /^[0-9a-f]{2}-([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})-/.exec(
      traceparent ?? '',
    );
  return trace ? trace.slice(1).join('-') : undefined;
}

import { randomUUID } from 'node:crypto';

/** The ids that connect the log lines of one request across the chain (W3C Trace Context). */
export type Trace = {
  /**
   * The trace id, written as a GUID. It appears in the log and in problem bodies, and Entra ID
   * receives it as `client-request-id`.
   */
  readonly correlationId: string;

  /** The header for requests to the next API. It has a span id of its own. */
  readonly traceparent: string;
};

const spanIdLength = 16;

/** Version 00 of the header. Ids that consist of zeros are invalid (Trace Context §3.2.2). */
const traceparentPattern = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})$/;

/** Node prepares UUIDs in advance, so this is ten times as fast as `randomBytes`. */
const randomTraceId = () => randomUUID().replaceAll('-', '');

/**
 * Continues the first valid trace, and starts a new one if there is none.
 *
 * @param traceparents `traceparent` headers, the most trusted one first.
 *
 * @example
 * ```ts
 * const { correlationId } = continueTrace(request.headers.get('traceparent'));
 * ```
 */
export function continueTrace(...traceparents: readonly (string | null | undefined)[]): Trace {
  const valid = traceparents.find((header) => traceparentPattern.test(header ?? ''));
  const received = traceparentPattern.exec(valid ?? '');
  const traceId = received?.[1] ?? randomTraceId();
  const flags = received?.[2] ?? '01';
  const spanId = randomTraceId().slice(0, spanIdLength);
  return {
    correlationId: traceId.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
    traceparent: `00-${traceId}-${spanId}-${flags}`,
  };
}

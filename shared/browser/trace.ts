/** The ids of a request, which appear in the logs of every API in the chain. */
export type Trace = {
  /**
   * The `traceparent` header: version, trace id, parent id and flags
   * (https://www.w3.org/TR/trace-context/#traceparent-header).
   */
  readonly traceparent: string;

  /** The trace id as a GUID: `client-request-id` for Entra ID, and the reference for support. */
  readonly correlationId: string;
};

/**
 * Starts a trace with random ids.
 *
 * @example
 * ```ts
 * const { traceparent, correlationId } = startTrace();
 * ```
 */
export function startTrace(): Trace {
  const traceId = randomHex(16);
  const parentId = randomHex(8);
  return { traceparent: `00-${traceId}-${parentId}-01`, correlationId: toGuid(traceId) };
}

function randomHex(bytes: number): string {
  const random = crypto.getRandomValues(new Uint8Array(bytes));
  return Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function toGuid(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

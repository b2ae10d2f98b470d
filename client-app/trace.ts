/** One call's identity in every log along the chain. */
export interface Trace {
  /** The W3C Trace Context header: version, trace id, parent id, flags (sampled). */
  readonly traceparent: string;
  /** The trace id written as a GUID: Entra's client-request-id, and the id a person copies for support. */
  readonly correlationId: string;
}

const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** Starts a trace with random ids (https://www.w3.org/TR/trace-context/#traceparent-header). */
export function startTrace(): Trace {
  const trace = hex(crypto.getRandomValues(new Uint8Array(16)));
  const parent = hex(crypto.getRandomValues(new Uint8Array(8)));
  const correlationId = trace.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return { traceparent: `00-${trace}-${parent}-01`, correlationId };
}

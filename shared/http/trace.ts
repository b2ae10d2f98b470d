import { randomUUID } from 'node:crypto';

/**
 * Ties one request's hops together (W3C Trace Context): the trace id written as a GUID, which is in the log, in problem bodies and Entra's
 * `client-request-id`, and what goes to the next hop, with a span of its own.
 */
export type Trace = { readonly correlationId: string; readonly traceparent: string };

/** 32 digits. Node keeps a pool of UUIDs, which is ten times as quick as asking for bytes. */
const randomHex = () => randomUUID().replaceAll('-', '');

/** An id of zeros is none. */
const form = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})$/;

/** Goes on with the caller's trace where it sent a valid `traceparent`, and begins one otherwise. */
export function readTrace(headers: { get(name: string): string | null }): Trace {
  const [, trace = randomHex(), flags = '01'] = form.exec(headers.get('traceparent') ?? '') ?? [];
  const correlationId = trace.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return { correlationId, traceparent: `00-${trace}-${randomHex().slice(0, 16)}-${flags}` };
}

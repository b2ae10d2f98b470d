import { answers, type Denial } from '../denial.ts';
import { challengeOf, type Realm } from './challenge.ts';

type Headers = Readonly<Record<string, string>>;

/** What a handler answers: 200 unless it says otherwise. */
export type Answer = { readonly status?: number; readonly headers?: Headers; readonly json?: unknown };

/** What goes out. */
export type WrittenAnswer = { readonly status: number; readonly headers: Headers; readonly body?: string };

/** Writes an answer; a body's length is stated, so that the host does not send it in chunks. */
export function writeAnswer({ status = 200, headers = {}, json }: Answer, type = 'application/json'): WrittenAnswer {
  if (json === undefined) return { status, headers };
  const body = JSON.stringify(json);
  return { status, headers: { ...headers, 'content-type': type, 'content-length': String(Buffer.byteLength(body)) }, body };
}

/** A denial as problem+json (RFC 9457) with its challenge (RFC 6750 §3). */
export function writeDenial(denial: Denial, realm: Realm, correlationId: string): WrittenAnswer {
  const { code, options } = denial;
  const { claims, scopes, retryAfter = 5 } = options;
  const { status, title, detail } = answers[code];
  const challenge = challengeOf(denial, realm);
  const retry = code === 'unavailable' ? { 'retry-after': String(retryAfter) } : {};
  const headers = { ...retry, ...(challenge && { 'www-authenticate': challenge }) };
  const type = `urn:zero-trust-api-chain:${code}`;
  const json = { type, title, status, code, detail: options.detail ?? detail, correlationId, claims, scopes };
  return writeAnswer({ status, headers, json }, 'application/problem+json');
}

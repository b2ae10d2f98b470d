import { problems, type ApiError } from '../api-error.ts';
import { challengeOf, type ChallengeOptions } from './challenge.ts';

type Headers = Readonly<Record<string, string>>;

/** What a handler answers: 200 unless it says otherwise. */
export type HandlerResult = {
  readonly status?: number;
  readonly headers?: Headers;
  readonly json?: unknown;
};

/** What goes out. */
export type ApiResponse = {
  readonly status: number;
  readonly headers: Headers;
  readonly body?: string;
};

/** Writes an answer; a body's length is stated, so that the host does not send it in chunks. */
export function toResponse(
  { status = 200, headers = {}, json }: HandlerResult,
  type = 'application/json',
): ApiResponse {
  if (json === undefined) return { status, headers };
  const body = JSON.stringify(json);
  return {
    status,
    headers: {
      ...headers,
      'content-type': type,
      'content-length': String(Buffer.byteLength(body)),
    },
    body,
  };
}

/** A apiError as problem+json (RFC 9457) with its challenge (RFC 6750 §3). */
export function toProblemResponse(
  apiError: ApiError,
  realm: ChallengeOptions,
  correlationId: string,
): ApiResponse {
  const { code, options } = apiError;
  const { claims, scopes, retryAfter = 5 } = options;
  const { status, title, detail } = problems[code];
  const challenge = challengeOf(apiError, realm);
  const retry = code === 'unavailable' ? { 'retry-after': String(retryAfter) } : {};
  const headers = { ...retry, ...(challenge && { 'www-authenticate': challenge }) };
  const type = `urn:zero-trust-api-chain:${code}`;
  const json = {
    type,
    title,
    status,
    code,
    detail: options.detail ?? detail,
    correlationId,
    claims,
    scopes,
  };
  return toResponse({ status, headers, json }, 'application/problem+json');
}

import type { ServerResponse } from 'node:http';
import type { RpcCookie, RpcResponse } from '../../tools/functions-worker/messages.ts';

/**
 * Sends the response of a function as the real host does. The body is chunked unless the function
 * has set Content-Length. Each cookie gets its own Set-Cookie header. A header that HTTP does not
 * allow gives a 500.
 */
export function writeResponse(target: ServerResponse, response: RpcResponse): void {
  const status = Number(response.statusCode ?? 200);
  const body = readBody(response);
  const headers: Record<string, string | string[]> = { ...response.headers };
  const cookies = (response.cookies ?? []).map(formatCookie);
  if (cookies.length > 0) {
    const ownCookie = response.headers?.['set-cookie'];
    headers['set-cookie'] = ownCookie === undefined ? cookies : [ownCookie, ...cookies];
  }
  const hasLength = headers['content-length'] !== undefined;
  if (body.length === 0 && !hasLength && allowsBody(status)) headers['content-length'] = '0';
  try {
    target.writeHead(status, headers);
  } catch {
    writeEmpty(target, 500);
    return;
  }
  if (body.length > 0 && allowsBody(status)) target.write(body);
  target.end();
}

/** The options of {@link writeEmpty}. */
export interface EmptyResponseOptions {
  /** Close the connection after the response. */
  readonly close?: boolean;
}

/** Sends a response of the host itself, without a body. */
export function writeEmpty(
  target: ServerResponse,
  status: number,
  { close = false }: EmptyResponseOptions = {},
): void {
  target.writeHead(status, {
    ...(allowsBody(status) && { 'content-length': '0' }),
    ...(close && { connection: 'close' }),
  });
  target.end();
}

/** RFC 9110, sections 15.3.5 and 15.4.5. */
function allowsBody(status: number): boolean {
  return status !== 204 && status !== 304;
}

function readBody({ body }: RpcResponse): Buffer {
  if (body?.bytes) return Buffer.from(body.bytes);
  return Buffer.from(body?.string ?? body?.json ?? '');
}

function formatCookie(cookie: RpcCookie): string {
  const parts = [`${encodeURIComponent(cookie.name)}=${encodeURIComponent(cookie.value)}`];
  if (cookie.expires) {
    const expires = new Date(cookie.expires.value.seconds * 1_000);
    parts.push(`expires=${expires.toUTCString()}`);
  }
  if (cookie.maxAge) parts.push(`max-age=${cookie.maxAge.value}`);
  if (cookie.domain) parts.push(`domain=${cookie.domain.value}`);
  if (cookie.path) parts.push(`path=${cookie.path.value}`);
  if (cookie.secure?.value) parts.push('secure');
  const sameSite = formatSameSite(cookie.sameSite);
  if (sameSite !== undefined) parts.push(`samesite=${sameSite}`);
  if (cookie.httpOnly?.value) parts.push('httponly');
  return parts.join('; ');
}

/** In the protocol, `none` means that the function has not set the attribute. */
function formatSameSite(value: RpcCookie['sameSite']): string | undefined {
  if (value === undefined || value === 'none') return undefined;
  return value === 'explicitNone' ? 'none' : value;
}

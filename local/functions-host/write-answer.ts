import type { ServerResponse } from 'node:http';
import type { RpcAnswer, RpcCookie } from '../../tools/functions-worker/messages.ts';

/**
 * Sends a function's answer as the real host does: chunked unless the function set Content-Length,
 * Set-Cookie once per cookie. A header that HTTP cannot carry makes it a 500.
 */
export function toResponse(response: ServerResponse, answer: RpcAnswer): void {
  const status = Number(answer.statusCode ?? 200);
  const headers: Record<string, string | string[]> = { ...answer.headers };
  const cookies = (answer.cookies ?? []).map(formatCookie);
  if (cookies.length > 0)
    headers['set-cookie'] = [
      ...(answer.headers?.['set-cookie'] ? [answer.headers['set-cookie']] : []),
      ...cookies,
    ];
  const body = bodyOf(answer);
  try {
    response.writeHead(
      status,
      body.length === 0 && headers['content-length'] === undefined && mayHaveBody(status)
        ? { ...headers, 'content-length': '0' }
        : headers,
    );
  } catch {
    writeEmpty(response, 500);
    return;
  }
  if (body.length > 0 && mayHaveBody(status)) response.write(body);
  response.end();
}

/** An answer of the host itself: a status, no body. `close` ends the connection after it. */
export function writeEmpty(response: ServerResponse, status: number, close = false): void {
  response
    .writeHead(status, {
      ...(mayHaveBody(status) && { 'content-length': '0' }),
      ...(close && { connection: 'close' }),
    })
    .end();
}

function mayHaveBody(status: number): boolean {
  return status !== 204 && status !== 304;
}

function bodyOf({ body }: RpcAnswer): Buffer {
  if (body?.bytes) return Buffer.from(body.bytes);
  return Buffer.from(body?.string ?? body?.json ?? '');
}

function formatCookie(cookie: RpcCookie): string {
  const parts = [`${encodeURIComponent(cookie.name)}=${encodeURIComponent(cookie.value)}`];
  if (cookie.expires)
    parts.push(`expires=${new Date(cookie.expires.value.seconds * 1000).toUTCString()}`);
  if (cookie.maxAge) parts.push(`max-age=${cookie.maxAge.value}`);
  if (cookie.domain) parts.push(`domain=${cookie.domain.value}`);
  if (cookie.path) parts.push(`path=${cookie.path.value}`);
  if (cookie.secure?.value) parts.push('secure');
  if (cookie.sameSite && cookie.sameSite !== 'none')
    parts.push(`samesite=${cookie.sameSite === 'explicitNone' ? 'none' : cookie.sameSite}`);
  if (cookie.httpOnly?.value) parts.push('httponly');
  return parts.join('; ');
}

/**
 * The recipe for frameworks on `node:http`, such as Express: it connects them to a route that
 * `createWebApi` creates.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';

/**
 * Converts a request of `node:http` to a standard one. Body parsers such as `express.json()` must
 * not run before: they consume the body.
 *
 * @returns `undefined` for what has no standard form: a malformed Host, or the method TRACE.
 */
export function toWebRequest(message: IncomingMessage): Request | undefined {
  const { method = 'GET', url = '/', rawHeaders } = message;
  // `message.headers` drops a second Authorization header, which must be refused instead.
  const headers = new Headers();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2)
    headers.append(rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '');

  // Without its own check, a Host such as `x/admin?` would choose the path.
  const host = URL.parse(`http://${headers.get('host') ?? ''}`)?.host;
  // An absolute target has its own host, and `//x` would be read as one.
  const target = URL.parse(`http://${host}${url}`);
  if (!host || !target || !url.startsWith('/')) return undefined;
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const body = hasBody ? (Readable.toWeb(message) as ReadableStream) : null;
  try {
    return new Request(target, { method, headers, body, duplex: 'half' } as RequestInit);
  } catch {
    return undefined;
  }
}

/** Sends a standard response. */
export async function sendWebResponse(
  response: Response | undefined,
  target: ServerResponse,
): Promise<void> {
  if (!response) {
    target.writeHead(404).end();
    return;
  }
  target.statusCode = response.status;
  target.setHeaders(response.headers);
  target.end(Buffer.from(await response.arrayBuffer()));
}

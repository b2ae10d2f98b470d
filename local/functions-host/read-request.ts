import type { IncomingMessage } from 'node:http';
import type { RpcRequest } from '../../tools/functions-worker/messages.ts';

/** Kestrel's limits, as measured on the real host (handbook 3). Bytes, except the count. */
const limits = {
  requestLine: 8_192,
  headers: 32_768,
  headerCount: 100,
  body: 100 * 1024 * 1024,
} as const;

/** The status with which the real host refuses a request before any function sees it, or `undefined` for one it lets through. */
export function refuseEarly(request: IncomingMessage): 400 | 414 | 431 | 500 | undefined {
  const { method = '', url = '', httpVersion, rawHeaders } = request;
  if (`${method} ${url} HTTP/${httpVersion}\r\n`.length > limits.requestLine) return 414;
  const headerBytes = rawHeaders.reduce(
    (sum, part) => sum + Buffer.byteLength(part, 'latin1') + 2,
    0,
  );
  if (headerBytes > limits.headers || rawHeaders.length / 2 > limits.headerCount) return 431;
  if (!isHost(joinHeaders(rawHeaders).host ?? 'localhost')) return 400;
  if (Number(request.headers['content-length'] ?? 0) > limits.body) return 500;
  return undefined;
}

/** A name or an address, and a port: what Kestrel takes (HttpCharacters.cs), and nothing that would change the path or the query behind it. */
function isHost(host: string): boolean {
  return (
    /^(?:\[[\da-f:.]+\]|[\w.!$&'()-]+)(?::\d+)?$/i.test(host) && URL.canParse(`http://${host}`)
  );
}

/** Path and query of the request's target, still encoded; the absolute form loses its origin. */
export function splitTarget(target: string): { readonly path: string; readonly query: string } {
  const local = target.replace(/^https?:\/\/[^/?#]*/i, '');
  const mark = local.indexOf('?');
  return mark < 0
    ? { path: local || '/', query: '' }
    : { path: local.slice(0, mark) || '/', query: local.slice(mark) };
}

/**
 * The request as the real host hands it to its worker: header names in lower case, repeated headers joined with "," (Authorization too),
 * repeated query keys joined with "," whatever their case, the URL built from the Host header alone,
 * and no body where none was announced by Content-Length: a chunked body arrives empty.
 * Rejects when the client hangs up while it is still sending.
 */
export async function readRequest(
  request: IncomingMessage,
  params: RpcRequest['params'],
): Promise<RpcRequest> {
  const { path, query } = splitTarget(request.url ?? '/');
  const headers = joinHeaders(request.rawHeaders);
  const bytes = 'transfer-encoding' in headers ? skipBody(request) : await readBody(request);
  return {
    url: `http://${headers.host ?? 'localhost'}${path}${query}`,
    method: request.method ?? 'GET',
    headers,
    query: joinQuery(query),
    params,
    ...(bytes.length > 0 && { body: { bytes } }),
  };
}

function joinHeaders(raw: readonly string[]): Record<string, string> {
  const joined: Record<string, string> = Object.create(null);
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = (raw[index] ?? '').toLowerCase();
    const value = raw[index + 1] ?? '';
    joined[name] = name in joined ? `${joined[name]},${value}` : value;
  }
  return { ...joined };
}

function joinQuery(query: string): Record<string, string> {
  const names = new Map<string, string>();
  const joined: Record<string, string> = {};
  for (const [key, value] of new URLSearchParams(query)) {
    const name = names.get(key.toLowerCase());
    if (name === undefined) names.set(key.toLowerCase(), key);
    joined[name ?? key] = name === undefined ? value : `${joined[name]},${value}`;
  }
  return joined;
}

function skipBody(request: IncomingMessage): Buffer {
  request.on('error', () => {}).resume();
  return Buffer.alloc(0);
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

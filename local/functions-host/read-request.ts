import type { IncomingMessage } from 'node:http';
import type { RpcRequest } from '../../tools/functions-worker/messages.ts';

/** Kestrel's limits, as measured on the real host. In bytes, except for the number of headers. */
const maxRequestLineBytes = 8_192;
const maxHeaderBytes = 32_768;
const maxHeaderCount = 100;
const maxBodyBytes = 100 * 1024 * 1024;
/** A colon and a space follow each name, and a line break follows each value. */
const separatorBytes = 2;

/** A status with which the real host refuses a request before any function runs. */
export type RefusalStatus = 400 | 414 | 431 | 500;

/** Checks a request against the limits of the real host. Returns `undefined` if it passes. */
export function checkLimits(request: IncomingMessage): RefusalStatus | undefined {
  const { method = '', url = '', httpVersion, rawHeaders, headers } = request;
  const requestLine = `${method} ${url} HTTP/${httpVersion}\r\n`;
  if (requestLine.length > maxRequestLineBytes) return 414;
  let headerBytes = 0;
  for (const part of rawHeaders) headerBytes += Buffer.byteLength(part, 'latin1') + separatorBytes;
  if (headerBytes > maxHeaderBytes || rawHeaders.length / 2 > maxHeaderCount) return 431;
  if (!isValidHost(joinHeaders(rawHeaders).host ?? 'localhost')) return 400;
  if (Number(headers['content-length'] ?? 0) > maxBodyBytes) return 500;
  return undefined;
}

/**
 * Whether a Host header is a name or an address, with or without a port. Kestrel
 * (HttpCharacters.cs) allows no character that would change the path or the query of the URL.
 */
function isValidHost(host: string): boolean {
  const hasValidForm = /^(?:\[[\da-f:.]+\]|[\w.!$&'()-]+)(?::\d+)?$/i.test(host);
  return hasValidForm && URL.canParse(`http://${host}`);
}

/** The two parts of a request target, still percent-encoded. */
export interface RequestTarget {
  /** Begins with `/`. */
  readonly path: string;
  /** Begins with `?`, or is empty. */
  readonly query: string;
}

/** Splits a request target. An absolute URL (RFC 9112, section 3.2.2) loses its origin. */
export function splitTarget(target: string): RequestTarget {
  const pathAndQuery = target.replace(/^https?:\/\/[^/?#]*/i, '');
  const queryStart = pathAndQuery.indexOf('?');
  if (queryStart < 0) return { path: pathAndQuery || '/', query: '' };
  return {
    path: pathAndQuery.slice(0, queryStart) || '/',
    query: pathAndQuery.slice(queryStart),
  };
}

/**
 * Reads a request as the real host passes it to its worker:
 *
 * - Header names are in lower case. Repeated headers, also Authorization, are joined with ",".
 * - Repeated query keys are joined with ",", and their case is ignored.
 * - The origin of the URL comes from the Host header alone.
 * - A chunked body arrives empty.
 *
 * @throws {Error} if the client closes the connection before the whole body has arrived
 */
export async function readRequest(
  request: IncomingMessage,
  params: RpcRequest['params'],
): Promise<RpcRequest> {
  const { path, query } = splitTarget(request.url ?? '/');
  const headers = joinHeaders(request.rawHeaders);
  const isChunked = 'transfer-encoding' in headers;
  const bytes = isChunked ? discardBody(request) : await readBody(request);
  return {
    url: `http://${headers.host ?? 'localhost'}${path}${query}`,
    method: request.method ?? 'GET',
    headers,
    query: joinQuery(query),
    params,
    ...(bytes.length > 0 && { body: { bytes } }),
  };
}

/** @param rawHeaders names and values, alternating */
function joinHeaders(rawHeaders: readonly string[]): Readonly<Record<string, string>> {
  const joined = new Map<string, string>();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase();
    const value = rawHeaders[index + 1] ?? '';
    const previous = joined.get(name);
    joined.set(name, previous === undefined ? value : `${previous},${value}`);
  }
  return Object.fromEntries(joined);
}

/** The first spelling of a key wins. */
function joinQuery(query: string): Readonly<Record<string, string>> {
  const spellings = new Map<string, string>();
  const joined = new Map<string, string>();
  for (const [key, value] of new URLSearchParams(query)) {
    const spelling = spellings.get(key.toLowerCase()) ?? key;
    spellings.set(key.toLowerCase(), spelling);
    const previous = joined.get(spelling);
    joined.set(spelling, previous === undefined ? value : `${previous},${value}`);
  }
  return Object.fromEntries(joined);
}

function discardBody(request: IncomingMessage): Buffer {
  request.on('error', () => {});
  request.resume();
  return Buffer.alloc(0);
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

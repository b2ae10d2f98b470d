import {
  Agent,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestOptions,
  type ServerResponse,
  request as sendRequest,
} from 'node:http';
import { pipeline } from 'node:stream/promises';
import { signSharedKeyLite } from './shared-key-lite.ts';

/**
 * Table Storage's limit for a request body.
 * https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions
 */
const maxBodyBytes = 4 * 1024 * 1024;

/** The request body is larger than 4 MiB. */
export class BodyTooLarge extends Error {}

/** Forwards requests to Azurite. */
export interface AzuriteProxy {
  /**
   * Signs a request, sends it to Azurite and streams the response back.
   * @throws {BodyTooLarge}, or a network error when Azurite does not respond.
   */
  forward(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Closes the connections to Azurite. */
  close(): void;
}

/** Creates a proxy to Azurite at 127.0.0.1:`port`. */
export function createAzuriteProxy(port: number): AzuriteProxy {
  const agent = new Agent({ keepAlive: true });
  return {
    async forward(request, response) {
      const body = escapeNonAscii(await readBody(request), request.headers['content-type']);
      const url = new URL(request.url ?? '/', 'http://localhost');
      const date = new Date().toUTCString();
      const headers = {
        ...removeConnectionHeaders(request.headers),
        'x-ms-date': date,
        authorization: signSharedKeyLite(date, url),
        'content-length': String(body.length),
      };
      const path = url.pathname + url.search;
      const options = { host: '127.0.0.1', port, agent, method: request.method, path, headers };
      const result = await send(options, body);
      response.writeHead(result.statusCode ?? 502, removeConnectionHeaders(result.headers));
      await pipeline(result, response);
    },
    close: () => agent.destroy(),
  };
}

function send(options: RequestOptions, body: Buffer): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = sendRequest(options, resolve);
    request.on('error', reject);
    request.end(body);
  });
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  // The stream stays open after an early exit, so that an error response can still be sent.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += chunk.length;
    if (size > maxBodyBytes) throw new BodyTooLarge('The body is larger than 4 MiB.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * Writes the non-ASCII characters of JSON as `\u` escapes. Azurite decodes each chunk of a body by
 * itself (serializer.js), which breaks a character that two chunks share.
 */
function escapeNonAscii(body: Buffer, contentType = ''): Buffer {
  const isAscii = body.every((byte) => byte < 128);
  if (isAscii || !contentType.includes('json')) return body;
  const toEscape = (codeUnit: string) =>
    `\\u${codeUnit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return Buffer.from(body.toString().replace(/[\u0080-\uffff]/g, toEscape));
}

/** The headers that end at the proxy: RFC 9110 §7.6.1, and the ones that the proxy sets itself. */
const removedHeaders = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'authorization',
  'date',
];

function removeConnectionHeaders(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const listed = (headers.connection ?? '').toLowerCase().split(/\s*,\s*/);
  const removed = new Set([...removedHeaders, ...listed]);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !removed.has(name)));
}

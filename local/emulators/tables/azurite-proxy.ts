import {
  Agent,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
  request as sendRequest,
} from 'node:http';
import { pipeline } from 'node:stream/promises';
import { signSharedKeyLite } from './shared-key-lite.ts';

/** Table Storage's own limit for a request (learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions). */
const maxBody = 4 * 1024 * 1024;

/** The body is larger than 4 MiB. */
export class BodyTooLarge extends Error {}

/**
 * Sends requests on to Azurite at 127.0.0.1:`port`, signed, and streams the answers back. `forward` resolves when the answer is out;
 * it rejects with BodyTooLarge or a network error.
 */
export function createTableForwarder(port: number): {
  forward(request: IncomingMessage, response: ServerResponse): Promise<void>;
  close(): void;
} {
  const agent = new Agent({ keepAlive: true });
  return {
    async forward(request, response) {
      const body = toAscii(await readBody(request), request.headers['content-type']);
      const url = new URL(request.url ?? '/', 'http://localhost');
      const date = new Date().toUTCString();
      const headers = {
        ...endToEnd(request.headers),
        'x-ms-date': date,
        authorization: signSharedKeyLite(date, url),
        'content-length': String(body.length),
      };
      const answer = await new Promise<IncomingMessage>((resolve, reject) => {
        sendRequest(
          {
            host: '127.0.0.1',
            port,
            agent,
            method: request.method,
            path: url.pathname + url.search,
            headers,
          },
          resolve,
        )
          .on('error', reject)
          .end(body);
      });
      response.writeHead(answer.statusCode ?? 502, endToEnd(answer.headers));
      await pipeline(answer, response);
    },
    close: () => agent.destroy(),
  };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  // The stream stays open when the loop is left, so that the refusal can still be sent.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += chunk.length;
    if (size > maxBody) throw new BodyTooLarge('The body is larger than 4 MiB.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Azurite decodes each chunk that it reads by itself (serializer.js), which breaks a character across two of them; JSON can say it in ASCII. */
function toAscii(body: Buffer, contentType = ''): Buffer {
  if (!contentType.includes('json') || body.every((byte) => byte < 128)) return body;
  return Buffer.from(
    body
      .toString()
      .replace(
        /[\u0080-\uffff]/g,
        (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
      ),
  );
}

/** Without what belongs to one connection (RFC 9110 §7.6.1) and without the caller's own proof, which ends at the gateway. */
function endToEnd(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const named = (headers.connection ?? '').toLowerCase().split(/\s*,\s*/);
  const dropped = new Set([...hopByHop, ...named]);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !dropped.has(name)));
}

const hopByHop = [
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

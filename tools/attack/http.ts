import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

/**
 * A request that is sent exactly as given: the path is not normalized, a header may occur twice,
 * and any method is allowed.
 */
export interface RawRequest {
  /** Default `GET`. */
  readonly method?: string;
  /** The path and query, already encoded. */
  readonly path: string;
  /** An array sends the header several times. */
  readonly headers?: Readonly<Record<string, string | string[]>>;
  /** The body. */
  readonly body?: string | Buffer;
  /** Whether to send the body in chunks, without a Content-Length. */
  readonly chunked?: boolean;
}

/** A response, together with its request. */
export interface RawResponse {
  /** The request that caused it. */
  readonly request: RawRequest;
  /** 0 when the server closed the connection without a response. */
  readonly status: number;
  /** The headers, with names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The body as text. */
  readonly text: string;
  /** The body, if it is a JSON object; otherwise an empty object. */
  readonly json: Readonly<Record<string, unknown>>;
}

/** Milliseconds after which a request without a response fails. */
const responseTimeout = 20_000;

/**
 * Sends one request over a new connection.
 * @throws {Error} when the server does not respond within 20 s or refuses the connection
 */
export function sendRequest(origin: URL, request: RawRequest): Promise<RawResponse> {
  const { method = 'GET', path, headers = {}, body, chunked = false } = request;
  const hasLength = body !== undefined && !chunked;
  const send = origin.protocol === 'https:' ? requestHttps : requestHttp;
  const options = {
    hostname: origin.hostname,
    port: origin.port,
    method,
    path,
    headers: {
      ...(hasLength ? { 'content-length': String(Buffer.byteLength(body)) } : {}),
      ...headers,
    },
    agent: false,
    timeout: responseTimeout,
  };
  return new Promise((resolve, reject) => {
    const outgoing = send(options, async (incoming) => {
      const text = await readText(incoming);
      const { statusCode: status = 0, headers } = incoming;
      resolve({ request, status, headers, text, json: parseObject(text) });
    });
    outgoing.on('timeout', () => {
      const target = `${method} ${path.slice(0, 60)}`;
      outgoing.destroy(new Error(`${target}: no response within ${responseTimeout} ms`));
    });
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      // A server that rejects a request before its end closes the connection. The operating system
      // may then discard the response.
      const isClosed = error.code === 'ECONNRESET' || error.code === 'EPIPE';
      if (isClosed) resolve({ request, status: 0, headers: {}, text: '', json: {} });
      else reject(error);
    });
    if (body !== undefined) outgoing.write(body);
    outgoing.end();
  });
}

/** Reads the body, even if the server closes the connection before its end. */
async function readText(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of incoming) chunks.push(chunk);
  } catch {
    // The connection was closed before the end of the body.
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

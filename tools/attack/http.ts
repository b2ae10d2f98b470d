import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

/** A request exactly as it is to go out: the path is not tidied up, a header may be sent twice, any method goes. */
export interface RawRequest {
  readonly method?: string;
  /** Path and query as they are. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string | Buffer;
  /** Send the body in chunks, without a length. */
  readonly chunked?: boolean;
}

export interface Answered {
  readonly request: RawRequest;
  /** 0 where the connection was closed without an answer. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The body as a JSON object, empty where it is none. */
  readonly json: Readonly<Record<string, unknown>>;
}

const patience = 20_000;

/** Sends one request over a connection of its own. @throws Error where nothing answers within 20 s */
export function sendRequest(origin: URL, request: RawRequest): Promise<Answered> {
  const { method = 'GET', path, headers = {}, body, chunked = false } = request;
  const length =
    body === undefined || chunked ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const answerOf = (status: number, headersOf: Answered['headers'], text: string): Answered => ({
    request,
    status,
    headers: headersOf,
    text,
    json: readObject(text),
  });
  return new Promise((resolve, reject) => {
    const send = origin.protocol === 'https:' ? requestHttps : requestHttp;
    const { hostname, port } = origin;
    const outgoing = send(
      {
        hostname,
        port,
        method,
        path,
        headers: { ...length, ...headers },
        agent: false,
        timeout: patience,
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        const done = () =>
          resolve(
            answerOf(
              incoming.statusCode ?? 0,
              incoming.headers,
              Buffer.concat(chunks).toString('utf8'),
            ),
          );
        incoming.on('end', done).on('error', done);
      },
    );
    outgoing.on('timeout', () =>
      outgoing.destroy(
        new Error(`${method} ${path.slice(0, 60)}: no answer within ${patience} ms`),
      ),
    );
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      // A server that will not read a request to its end closes the connection, and the system may drop what it said.
      if (error.code === 'ECONNRESET' || error.code === 'EPIPE') resolve(answerOf(0, {}, ''));
      else reject(error);
    });
    if (body !== undefined) outgoing.write(body);
    outgoing.end();
  });
}

function readObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

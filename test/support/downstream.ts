import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it arrived. */
export interface ReceivedRequest {
  /** The HTTP method. */
  readonly method: string;
  /** The path and query. */
  readonly url: string;
  /** The headers. */
  readonly headers: IncomingHttpHeaders;
  /** The body as text. */
  readonly body: string;
}

/** Writes the response to a request. */
export type Respond = (request: IncomingMessage, response: ServerResponse) => void;

/** A fake Downstream API. It records every request, and the test sets its responses. */
export interface FakeDownstream {
  /** Base URL, including the route prefix. */
  readonly url: string;
  /** The requests so far, oldest first; a test may empty the list. */
  readonly received: ReceivedRequest[];
  /** Sets the response to all further requests. */
  respondWith(respond: Respond): void;
  /** Stops the server. */
  close(): Promise<void>;
}

/** Starts a fake Downstream API, which returns an empty list of documents at first. */
export async function startDownstream(): Promise<FakeDownstream> {
  const received: ReceivedRequest[] = [];
  let respond: Respond = (_request, response) => {
    response.setHeader('content-type', 'application/json').end('{"documents":[]}');
  };
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (data: string) => {
      body += data;
    });
    request.on('end', () => {
      received.push({
        method: request.method ?? '',
        url: request.url ?? '',
        headers: request.headers,
        body,
      });
      respond(request, response);
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/api/downstream`,
    received,
    respondWith: (next) => {
      respond = next;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

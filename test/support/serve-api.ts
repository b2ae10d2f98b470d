import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HttpFunctionOptions } from '@azure/functions';
import { assertNoLeaks } from '../../tools/attack/leaks.ts';

/** An API that a test serves. */
export interface ServedApi {
  /** Base URL, including the route prefix. */
  readonly url: URL;
  /** Closes the server, then throws when a log line leaks a token, a key or an internal detail. */
  close(): Promise<void>;
}

/**
 * Serves routes made by `createFunctionsApi` over HTTP, without a functions host. Routes must have
 * no path parameters.
 *
 * @param logLines the list that receives the log lines
 * @param port 0 for any free port
 */
export async function serveApi(
  functions: readonly HttpFunctionOptions[],
  logLines: string[] = [],
  port = 0,
): Promise<ServedApi> {
  const log = {
    info: (line: string) => logLines.push(line),
    error: (line: string) => logLines.push(line),
  };
  const server = createServer(async (message, response) => {
    const url = new URL(message.url ?? '', `http://${message.headers.host}`);
    const match = functions.find(({ route }) => `/api/${route}` === url.pathname);
    if (!match) return response.writeHead(404).end();
    const headers = new Headers(
      Object.entries(message.headers).map(([name, value]) => [name, String(value)]),
    );
    const request = {
      method: message.method,
      url: url.href,
      headers,
      query: url.searchParams,
      params: {},
    };
    const result = (await match.handler(request as never, log as never)) as {
      status: number;
      headers: Record<string, string>;
      body?: string;
    };
    return response.writeHead(result.status, result.headers).end(result.body);
  });
  await new Promise<void>((ready) => server.listen(port, '127.0.0.1', ready));
  return {
    url: new URL(`http://localhost:${(server.address() as AddressInfo).port}/api`),
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
      assertNoLeaks('The log', logLines);
    },
  };
}

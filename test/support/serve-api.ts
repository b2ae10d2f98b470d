import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HttpFunctionOptions } from '@azure/functions';
import { demandNoLeaks } from '../../tools/attack/leaks.ts';

/** Serves functions made by `createApi` over HTTP, without parameters in their paths: an API of a test's own, out of `shared` alone. */
export async function serveApi(
  functions: readonly HttpFunctionOptions[],
  lines: string[] = [],
  port = 0,
) {
  const log = {
    info: (line: string) => lines.push(line),
    error: (line: string) => lines.push(line),
  };
  const server = createServer(async (message, response) => {
    const url = new URL(message.url ?? '', 'http://localhost');
    const found = functions.find(({ route }) => `/api/${route}` === url.pathname);
    if (!found) return response.writeHead(404).end();
    const headers = new Headers(
      Object.entries(message.headers).map(([name, value]) => [name, String(value)]),
    );
    const request = { method: message.method, headers, query: url.searchParams, params: {} };
    const answer = (await found.handler(request as never, log as never)) as {
      status: number;
      headers: Record<string, string>;
      body?: string;
    };
    return response.writeHead(answer.status, answer.headers).end(answer.body);
  });
  await new Promise<void>((ready) => server.listen(port, '127.0.0.1', ready));
  return {
    url: new URL(`http://localhost:${(server.address() as AddressInfo).port}/api`),
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
      demandNoLeaks('The log', lines);
    },
  };
}

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Endpoint } from '../../../../local/context.ts';

/** Serves endpoints on a free loopback port, as the stand does, without its faults and records. */
export async function serveEndpoints(...endpoints: Endpoint[]): Promise<{ origin: string; close(): void }> {
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    for (const endpoint of endpoints) {
      const answer = await endpoint({ method: request.method ?? 'GET', url, headers, body: Buffer.alloc(0) });
      if (!answer) continue;
      response.writeHead(answer.status, { 'Content-Type': 'application/json', ...answer.headers });
      return response.end(JSON.stringify(answer.body));
    }
    return response.writeHead(404).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

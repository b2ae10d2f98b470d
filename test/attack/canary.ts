import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server that nobody has a reason to call: it counts who does, and answers with the attacker's document. */
export async function startCanary(document: object) {
  let connections = 0;
  const server = createServer((_request, response) => response.setHeader('content-type', 'application/json').end(JSON.stringify(document)));
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => connections,
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

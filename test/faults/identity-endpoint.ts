import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Respond } from '../support/downstream.ts';

/** Path of the managed identity endpoint. */
export const identityPath = '/msi/token';

/** A managed identity endpoint. */
export interface IdentityEndpoint {
  /** The value of IDENTITY_ENDPOINT. */
  readonly url: string;
  /** Counts the requests since the last reset. */
  count(): number;
  /** Sets the response to all further requests. */
  respondWith(respond: Respond): void;
  /** Sets the count to 0. */
  resetCount(): void;
}

let endpoint: Promise<IdentityEndpoint> | undefined;

/**
 * Returns the managed identity endpoint of this process. All chains of a test file share it,
 * because @azure/identity caches the first endpoint that it finds for the whole process.
 */
export function openIdentityEndpoint(): Promise<IdentityEndpoint> {
  endpoint ??= startEndpoint();
  return endpoint;
}

async function startEndpoint(): Promise<IdentityEndpoint> {
  let requests = 0;
  let respond: Respond = () => {};
  const server = createServer((request, response) => {
    requests += 1;
    respond(request, response);
  });
  // No test closes the server, so neither it nor its connections may keep the process alive.
  server.on('connection', (socket) => socket.unref());
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  server.unref();
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}${identityPath}`,
    count: () => requests,
    respondWith: (next) => {
      respond = next;
    },
    resetCount: () => {
      requests = 0;
    },
  };
}

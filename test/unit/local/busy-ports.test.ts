import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { describeBusyPorts } from '../../../local/busy-ports.ts';
import { findFreePorts } from '../../support/free-ports.ts';

const servers: Server[] = [];

/** Listens on a free port and answers every request with a status and a body. */
async function startServer(status: number, body: string): Promise<number> {
  const server = createServer((_request, response) => response.writeHead(status).end(body));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** Answers a request without a control token as the emulators do. */
const startEmulatorsDouble = () =>
  startServer(401, '{"error":"The x-control-token is missing or wrong."}');

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

test('reports nothing if all ports are free', async () => {
  const [emulators = 0, clientApp = 0] = await findFreePorts(2);
  expect(await describeBusyPorts({ emulators, clientApp })).toBeUndefined();
});

test('says that the chain is running, and where', async () => {
  const emulators = await startEmulatorsDouble();
  const clientApp = await startServer(200, '');
  expect(await describeBusyPorts({ emulators, clientApp })).toBe(
    `Already running: the Client App at http://localhost:${clientApp} ` +
      `and the emulators at http://localhost:${emulators}.\n` +
      'Stop it with Ctrl-C in its terminal, or set EMULATOR_PORT and the other ports to free ones.',
  );
});

test('names only the emulators if the Client App has another port', async () => {
  const emulators = await startEmulatorsDouble();
  const [clientApp = 0] = await findFreePorts(1);
  expect(await describeBusyPorts({ emulators, clientApp })).toMatch(
    `Already running: the emulators at http://localhost:${emulators}.\n`,
  );
});

test('names each port that another program uses', async () => {
  const emulators = await startServer(401, 'Sign in first.');
  const clientApp = await startServer(200, '');
  expect(await describeBusyPorts({ emulators, clientApp })).toBe(
    `Port ${emulators} (EMULATOR_PORT) is in use. ` +
      'Stop the program that uses it, or set EMULATOR_PORT to another port.\n' +
      `Port ${clientApp} (CLIENT_APP_PORT) is in use. ` +
      'Stop the program that uses it, or set CLIENT_APP_PORT to another port.',
  );
});

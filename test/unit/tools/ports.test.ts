import { createServer, type Server } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { describeBusyPort, findBusyPorts, readPorts } from '../../../tools/ports.ts';
import { findFreePorts } from '../../support/free-ports.ts';

const servers: Server[] = [];

/** Listens on a free port until the end of the test. */
async function occupyPort(host: string): Promise<number> {
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, resolve);
  });
  return (server.address() as { port: number }).port;
}

afterEach(async () => {
  for (const server of servers.splice(0)) {
    await new Promise((resolve) => server.close(resolve));
  }
});

test('the default ports are those of the README', () => {
  expect(readPorts({})).toEqual({
    emulators: 7070,
    original: 7071,
    downstream: 7072,
    clientApp: 5173,
    table: 10002,
  });
});

test('reads every port from its variable', () => {
  const environment = {
    EMULATOR_PORT: '1',
    ORIGINAL_API_PORT: '2',
    DOWNSTREAM_API_PORT: '3',
    CLIENT_APP_PORT: '4',
    TABLE_PORT: ' 65535 ',
  };
  expect(readPorts(environment)).toEqual({
    emulators: 1,
    original: 2,
    downstream: 3,
    clientApp: 4,
    table: 65535,
  });
});

test.each([
  {
    problem: 'zero',
    environment: { EMULATOR_PORT: '0' },
    message: 'EMULATOR_PORT must be a port from 1 to 65535, not "0".',
  },
  {
    problem: 'text',
    environment: { ORIGINAL_API_PORT: '80x' },
    message: 'ORIGINAL_API_PORT must be a port from 1 to 65535, not "80x".',
  },
  {
    problem: 'too large a number',
    environment: { DOWNSTREAM_API_PORT: '65536' },
    message: 'DOWNSTREAM_API_PORT must be a port from 1 to 65535, not "65536".',
  },
  {
    problem: 'the port of another variable',
    environment: { TABLE_PORT: '5173' },
    message: 'TABLE_PORT and CLIENT_APP_PORT must be different ports, not both 5173.',
  },
])('refuses $problem', ({ environment, message }) => {
  expect(() => readPorts(environment)).toThrow(message);
});

test('reports all invalid ports at once', () => {
  const read = () => readPorts({ EMULATOR_PORT: '0', TABLE_PORT: '80x' });
  expect(read).toThrow(/^EMULATOR_PORT .*\nTABLE_PORT .*$/);
});

test.each(['127.0.0.1', '0.0.0.0', '::1', '::'])(
  'finds the port of a program that listens on %s',
  async (host) => {
    const original = await occupyPort(host);
    const [emulators = 0] = await findFreePorts(1);
    expect(await findBusyPorts({ emulators, original })).toEqual(['original']);
  },
);

test('describes a busy port with its variable and the ways out', () => {
  expect(describeBusyPort('original', 7071)).toBe(
    'Port 7071 (ORIGINAL_API_PORT) is in use. ' +
      'Stop the program that uses it, or set ORIGINAL_API_PORT to another port.',
  );
});

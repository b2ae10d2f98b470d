import { createServer, type Server } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { findBusyPorts, readPorts } from '../../../tools/ports.ts';
import { findFreePorts } from '../../support/free-ports.ts';

const servers: Server[] = [];
const occupy = async (host: string): Promise<number> => {
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(0, host, resolve),
  );
  return (server.address() as { port: number }).port;
};
afterEach(() =>
  Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve)))),
);

test('has the defaults of the README', () => {
  expect(readPorts({})).toEqual({
    emulators: 7070,
    original: 7071,
    downstream: 7072,
    clientApp: 5173,
    table: 10002,
  });
});

test('takes every port from its variable', () => {
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

test('names every value that is no port and every port given twice', () => {
  expect(() =>
    readPorts({
      EMULATOR_PORT: '0',
      ORIGINAL_API_PORT: '80x',
      DOWNSTREAM_API_PORT: '65536',
      TABLE_PORT: '5173',
    }),
  ).toThrow(
    [
      'EMULATOR_PORT must be a port from 1 to 65535, not "0".',
      'ORIGINAL_API_PORT must be a port from 1 to 65535, not "80x".',
      'DOWNSTREAM_API_PORT must be a port from 1 to 65535, not "65536".',
      'TABLE_PORT and CLIENT_APP_PORT must be two different ports, not both 5173.',
    ].join('\n'),
  );
});

test.each(['127.0.0.1', '0.0.0.0', '::1', '::'])(
  'a port that something on %s listens on is one clear line',
  async (host) => {
    const original = await occupy(host);
    const [emulators = 0] = await findFreePorts(1);
    expect(await findBusyPorts({ emulators, original })).toEqual([
      `Port ${original} (ORIGINAL_API_PORT) is in use. Stop what uses it, or set ORIGINAL_API_PORT to another port.`,
    ]);
  },
);

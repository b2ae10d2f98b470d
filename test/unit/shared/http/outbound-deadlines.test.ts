import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { createManagedIdentity } from '../../../../downstream-api/managed-identity.ts';
import type { ApiError } from '../../../../shared/api-error.ts';
import type { TokenEndpointRefusal } from '../../../../shared/obo/network.ts';
import { network } from '../../../../shared/obo/network.ts';
import { fetchDocument } from '../../../../shared/token/metadata.ts';

/** Accepts every request and never responds. */
let silentServer: Server;
let url = '';

beforeAll(async () => {
  silentServer = createServer(() => {});
  await new Promise<void>((resolve) => silentServer.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(silentServer.address() as AddressInfo).port}/`;
});
afterAll(() => {
  silentServer.closeAllConnections();
  silentServer.close();
});
beforeEach(() => {
  // Real sockets need the real event loop: only timers are fake.
  jest.useFakeTimers({
    doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance', 'hrtime', 'Date'],
  });
});
afterEach(() => {
  jest.useRealTimers();
});

const nextRequest = () =>
  new Promise<void>((resolve) => {
    silentServer.once('request', () => resolve());
  });
const settle = () => new Promise((resolve) => setImmediate(resolve));
const reasonOf = ({ options }: ApiError) => options.logContext?.reason;
const failureOf = ({ refusal }: TokenEndpointRefusal) => refusal.failure;
const identity = () =>
  createManagedIdentity({
    IDENTITY_ENDPOINT: url,
    IDENTITY_HEADER: 'header',
    AZURE_CLIENT_ID: undefined,
  });

test.each<{ name: string; deadline: number; outcome: string; start: () => Promise<unknown> }>([
  {
    name: 'metadata',
    deadline: 3_000,
    outcome: 'timeout',
    start: () => fetchDocument('metadata', new URL(url)).catch(reasonOf),
  },
  {
    name: 'keys',
    deadline: 3_000,
    outcome: 'timeout',
    start: () => fetchDocument('keys', new URL(url)).catch(reasonOf),
  },
  {
    name: 'a token',
    deadline: 5_000,
    outcome: 'timeout',
    start: () => network.sendPostRequestAsync(url, { body: 'x' }).catch(failureOf),
  },
  {
    name: 'a token of the managed identity',
    deadline: 3_000,
    outcome: 'timeout',
    start: () => identity().getToken('x').catch(reasonOf),
  },
])(
  'a request for $name to a silent server fails after $deadline ms',
  async ({ deadline, outcome, start }) => {
    const received = nextRequest();
    let current: unknown = 'waiting';
    const finished = start().then((result) => {
      current = result;
    });
    await received;
    jest.advanceTimersByTime(deadline - 1);
    await settle();
    expect(current).toBe('waiting');
    jest.advanceTimersByTime(1);
    await finished;
    expect(current).toBe(outcome);
  },
);

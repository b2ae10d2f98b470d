import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { createManagedIdentity } from '../../../../downstream-api/managed-identity.ts';
import type { ApiError } from '../../../../shared/api-error.ts';
import type { TokenEndpointRefusal } from '../../../../shared/obo/network.ts';
import { network } from '../../../../shared/obo/network.ts';
import { fetchDocument } from '../../../../shared/token/metadata.ts';

/** Takes every request and answers none. */
let silent: Server;
let url = '';

beforeAll(async () => {
  silent = createServer(() => {});
  await new Promise<void>((ready) => silent.listen(0, '127.0.0.1', ready));
  url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/`;
});
afterAll(() => {
  silent.closeAllConnections();
  silent.close();
});
// Sockets go on by themselves: only what counts milliseconds stands still.
beforeEach(
  () =>
    void jest.useFakeTimers({
      doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance', 'hrtime', 'Date'],
    }),
);
afterEach(() => void jest.useRealTimers());

const requested = () => new Promise<void>((heard) => void silent.once('request', () => heard()));
const settle = () => new Promise((resolve) => setImmediate(resolve));
const check = ({ options }: ApiError) => options.logContext?.reason;
const failure = ({ refusal }: TokenEndpointRefusal) => refusal.failure;
const identity = () =>
  createManagedIdentity({
    IDENTITY_ENDPOINT: url,
    IDENTITY_HEADER: 'header',
    AZURE_CLIENT_ID: undefined,
  });

test.each<[string, number, unknown, () => Promise<unknown>]>([
  ['metadata', 3_000, 'timeout', () => fetchDocument('metadata', new URL(url)).catch(check)],
  ['keys', 3_000, 'timeout', () => fetchDocument('keys', new URL(url)).catch(check)],
  [
    'a token',
    5_000,
    'timeout',
    () => network.sendPostRequestAsync(url, { body: 'x' }).catch(failure),
  ],
  ['a managed identity', 3_000, 'timeout', () => identity().getToken('x').catch(check)],
])(
  'whoever says nothing when asked for %s is waited for %i ms and no longer',
  async (_name, deadline, expected, ask) => {
    const heard = requested();
    let outcome: unknown = 'waiting';
    const asked = ask().then((result) => {
      outcome = result;
    });
    await heard;
    jest.advanceTimersByTime(deadline - 1);
    await settle();
    expect(outcome).toBe('waiting');
    jest.advanceTimersByTime(1);
    await asked;
    expect(outcome).toBe(expected);
  },
);

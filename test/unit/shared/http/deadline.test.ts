import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { ApiError } from '../../../../shared/api-error.ts';
import type { Call } from '../../../../shared/http/create-api.ts';
import { createDeadline, withDeadline } from '../../../../shared/http/deadline.ts';
import { serveRoute } from './route-under-test.ts';

const endless = new Promise<never>(() => {});

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe('withDeadline', () => {
  const timeout = { code: 'timeout', options: { logContext: { check: 'deadline' } } };

  test('rejects when the time is over', async () => {
    const { signal } = createDeadline(1_000);
    const waiting = withDeadline(signal, endless);
    jest.advanceTimersByTime(1_000);
    await expect(waiting).rejects.toMatchObject(timeout);
  });

  test('rejects when the time was over before', async () => {
    await expect(withDeadline(AbortSignal.abort(), endless)).rejects.toMatchObject(timeout);
  });

  test.each([
    { name: 'succeeds', work: () => Promise.resolve('done') },
    { name: 'fails', work: () => Promise.reject(new Error('failed')) },
  ])('leaves no listener behind when the work $name', async ({ work }) => {
    const { signal } = createDeadline(1_000);
    await Promise.allSettled([withDeadline(signal, work())]);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});

test('close stops the timer', () => {
  const { close } = createDeadline(1_000);
  expect(jest.getTimerCount()).toBe(1);
  close();
  expect(jest.getTimerCount()).toBe(0);
});

describe('a request that takes too long', () => {
  /** Sends a request whose handler ends when the test rejects its work. */
  function sendEndlessRequest() {
    const { promise, reject } = Promise.withResolvers<never>();
    let signal: AbortSignal | undefined;
    const handler = (call: Call) => {
      signal = call.signal;
      return promise;
    };
    const { send, lines } = serveRoute({ GET: { scopes: ['Documents.Read'], handler } });
    const response = send();
    return { response, lines, fail: reject, isAborted: () => signal?.aborted };
  }

  test('is not ended before 10 s', async () => {
    const { lines, isAborted } = sendEndlessRequest();
    await jest.advanceTimersByTimeAsync(9_999);
    expect(isAborted()).toBe(false);
    expect(lines).toHaveLength(0);
  });

  test('returns 504 after 10 s and aborts its signal', async () => {
    const { response, lines, isAborted } = sendEndlessRequest();
    await jest.advanceTimersByTimeAsync(10_000);
    expect((await response).status).toBe(504);
    expect(isAborted()).toBe(true);
    expect(lines).toHaveLength(1);
  });

  test('ignores what its handler does later', async () => {
    const { response, lines, fail } = sendEndlessRequest();
    await jest.advanceTimersByTimeAsync(10_000);
    await response;
    fail(new Error('late'));
    await jest.advanceTimersByTimeAsync(0);
    expect(lines).toHaveLength(1);
    expect(jest.getTimerCount()).toBe(0);
  });
});

test.each([
  { name: 'succeeds', handler: async () => ({ json: {} }) },
  { name: 'fails', handler: () => Promise.reject(new ApiError('not_found')) },
])('a request that $name leaves no timer behind', async ({ handler }) => {
  await serveRoute({ GET: { open: true, handler } }).send();
  expect(jest.getTimerCount()).toBe(0);
});
